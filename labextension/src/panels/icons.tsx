/** The signs on buttons, drawn in the colour of the text around them. The signs of states are in graph/StateIcon. */
import * as React from 'react';

const PATHS = {
  play: <path d="M4.5 2.8v10.4L13 8z" fill="currentColor" stroke="none" />,
  stop: <rect x="3.5" y="3.5" width="9" height="9" rx="1.2" fill="currentColor" stroke="none" />,
  search: (
    <>
      <circle cx="7" cy="7" r="4.2" />
      <path d="M10.2 10.2l3.3 3.3" />
    </>
  ),
  close: <path d="M4 4l8 8M12 4l-8 8" />,
  refresh: <path d="M13 8a5 5 0 1 1-1.6-3.7M13.2 2.2v2.9h-2.9" />,
  again: <path d="M3 8a5 5 0 1 0 1.6-3.7M2.8 2.2v2.9h2.9" />,
  chevron: <path d="M6 3.5L10.5 8 6 12.5" />,
  notebook: <path d="M3.5 2.2h9v11.6h-9zM6 2.2v11.6M8.4 5.6h2M8.4 8h2" />,
  warning: <path d="M8 2L14.5 13.5h-13zM8 6.5v3.2M8 11.6v.1" />,
  check: <path d="M3.5 8.5l3 3 6-6.5" />,
  wait: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 5v3l2 1.5" />
    </>
  ),
  graph: (
    <>
      <rect x="1.5" y="6" width="4" height="4" rx="1" />
      <rect x="10.5" y="2" width="4" height="4" rx="1" />
      <rect x="10.5" y="10" width="4" height="4" rx="1" />
      <path d="M5.5 8c2.5 0 2.5-4 5-4M5.5 8c2.5 0 2.5 4 5 4" />
    </>
  ),
  compare: <path d="M6.5 2.5h-4v11h4M9.5 2.5h4v11h-4M8 1.2v13.6" />,
  download: <path d="M8 2v8M4.8 7L8 10.2 11.2 7M3 13.5h10" />,
  add: <path d="M8 3v10M3 8h10" />,
  edit: <path d="M3 13l.8-3.2 7-7 2.4 2.4-7 7zM9.4 4.2l2.4 2.4" />,
  trash: <path d="M3 4.5h10M6.2 4.5v-2h3.6v2M4.4 4.5l.6 9h6l.6-9M6.8 7v4M9.2 7v4" />,
  lock: (
    <>
      <rect x="3.5" y="7" width="9" height="6.5" rx="1.2" />
      <path d="M5.5 7V5a2.5 2.5 0 0 1 5 0v2" />
    </>
  ),
  note: <path d="M3 2.8h10v7.4L10.2 13H3zM13 10.2h-2.8V13M5.4 5.6h5.2M5.4 8.2h3.4" />,
  person: (
    <>
      <circle cx="8" cy="5.2" r="2.6" />
      <path d="M2.8 13.4c.6-2.8 2.6-4 5.2-4s4.6 1.2 5.2 4" />
    </>
  ),
  more: (
    <>
      <circle cx="3.5" cy="8" r="1.1" fill="currentColor" stroke="none" />
      <circle cx="8" cy="8" r="1.1" fill="currentColor" stroke="none" />
      <circle cx="12.5" cy="8" r="1.1" fill="currentColor" stroke="none" />
    </>
  ),
  home: <path d="M2.2 7.8L8 2.6l5.8 5.2M3.8 6.8v6.6h8.4V6.8M6.6 13.2V9.4h2.8v3.8" />,
  star: <path d="M8 1.8l1.9 4 4.3.6-3.1 3 .8 4.3L8 11.6l-3.9 2.1.8-4.3-3.1-3 4.3-.6z" />,
  link: (
    <>
      <path d="M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2.3-2.3a2.6 2.6 0 0 0-3.7-3.7l-.9.9" />
      <path d="M9.2 6.8a2.6 2.6 0 0 0-3.7 0L3.2 9.1a2.6 2.6 0 0 0 3.7 3.7l.9-.9" />
    </>
  ),
  keyboard: (
    <>
      <rect x="1.5" y="4" width="13" height="8.5" rx="1.4" />
      <path d="M4.3 6.8h.1M6.8 6.8h.1M9.2 6.8h.1M11.7 6.8h.1M5 9.8h6" />
    </>
  ),
  pause: <path d="M5.5 3.5v9M10.5 3.5v9" />,
  clock: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M8 4.5V8l2.5 1.5" />
    </>
  )
} as const;

export type IconName = keyof typeof PATHS;

/** A sign without words of its own: what it stands on names it. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }): React.JSX.Element {
  return (
    <svg
      className="jp-nbflow-icon"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {PATHS[name]}
    </svg>
  );
}
