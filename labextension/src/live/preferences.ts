/** What a person has set in JupyterLab's settings about the pages of nbflow, and what holds until then. */

export interface Preferences {
  /** The tab that the page of a DAG opens with. */
  readonly view: string;
  /** Whether it is asked before something is cancelled or deleted. */
  readonly confirms: boolean;
}

export const AT_FIRST: Preferences = { view: 'graph', confirms: true };

/** From the settings as they are composed of defaults and what somebody wrote. */
export function preferencesOf(settings: Readonly<Record<string, unknown>>): Preferences {
  const { defaultView, confirmDestructive } = settings;
  return {
    view: typeof defaultView === 'string' ? defaultView : AT_FIRST.view,
    confirms: typeof confirmDestructive === 'boolean' ? confirmDestructive : AT_FIRST.confirms
  };
}
