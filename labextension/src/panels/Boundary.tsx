/** Keeps a mistake in one part of the screen from taking the rest with it, and says what went wrong. */
import * as React from 'react';

import { useTexts } from '../text';
import { Button, Notice } from './controls';

interface BoundaryProps {
  readonly children: React.ReactNode;
}

/** React offers this to classes only. */
export class Boundary extends React.Component<BoundaryProps, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): React.ReactNode {
    const { error } = this.state;
    return error === null ? (
      this.props.children
    ) : (
      <Broken error={error} onRetry={() => this.setState({ error: null })} />
    );
  }
}

function Broken({ error, onRetry }: { error: Error; onRetry: () => void }): React.JSX.Element {
  const trans = useTexts();
  return (
    <div className="jp-nbflow">
      <Notice
        kind="error"
        title={trans.__('nbflow could not draw this')}
        action={<Button icon="refresh" label={trans.__('Try again')} onClick={onRetry} />}
      >
        <p>{error.message}</p>
      </Notice>
    </div>
  );
}
