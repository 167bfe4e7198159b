/** The administration: pools, variables, connections, assets, their lineage, the cache and files with problems, a tab
 * each. */
import * as React from 'react';

import { useTexts } from '../../text';
import type { ImportErrorView } from '../../wire';
import { Notice } from '../controls';
import { FilesWithProblems, type ImportErrorsProps } from '../ImportErrors';
import { useElementId } from '../ids';
import { Tabs } from '../Tabs';

export const ADMIN_TABS = [
  'pools',
  'variables',
  'connections',
  'assets',
  'lineage',
  'cache',
  'errors',
  'audit',
  'settings'
] as const;

export type AdminTab = (typeof ADMIN_TABS)[number];

export interface AdminPageProps {
  readonly tab: AdminTab;
  readonly importErrors: readonly ImportErrorView[];
  readonly onChooseTab: (tab: AdminTab) => void;
  readonly onOpenFile: ImportErrorsProps['onOpenFile'];
  /** What stands in the chosen tab, but for the files with problems. */
  readonly children: React.ReactNode;
}

export function AdminPage(props: AdminPageProps): React.JSX.Element {
  const { tab, importErrors, onChooseTab, onOpenFile, children } = props;
  const trans = useTexts();
  const panelId = `${useElementId()}-admin`;
  return (
    <div className="jp-nbflow jp-nbflow-page jp-nbflow-admin" data-testid="nbflow-admin">
      <div className="jp-nbflow-head">
        <div className="jp-nbflow-head-text">
          <h1>{trans.__('Administration')}</h1>
        </div>
      </div>
      <Tabs
        label={trans.__('Administration')}
        tabs={[
          { id: 'pools', label: trans.__('Pools') },
          { id: 'variables', label: trans.__('Variables') },
          { id: 'connections', label: trans.__('Connections') },
          { id: 'assets', label: trans.__('Assets') },
          { id: 'lineage', label: trans.__('Lineage') },
          { id: 'cache', label: trans.__('Cache') },
          { id: 'errors', label: trans.__('Import errors'), count: importErrors.length },
          { id: 'audit', label: trans.__('Audit') },
          { id: 'settings', label: trans.__('Settings') }
        ]}
        current={tab}
        panelId={panelId}
        onChoose={id => onChooseTab(ADMIN_TABS.find(known => known === id) ?? 'pools')}
      />
      <div
        id={panelId}
        className="jp-nbflow-view"
        role="tabpanel"
        aria-labelledby={`${panelId}-${tab}`}
        data-view={tab}
      >
        {tab === 'errors' ? (
          <Errors importErrors={importErrors} onOpenFile={onOpenFile} />
        ) : (
          children
        )}
      </div>
    </div>
  );
}

function Errors({ importErrors, onOpenFile }: ImportErrorsProps): React.JSX.Element {
  const trans = useTexts();
  return importErrors.length ? (
    <div className="jp-nbflow-admin-errors">
      <FilesWithProblems importErrors={importErrors} onOpenFile={onOpenFile} />
    </div>
  ) : (
    <Notice kind="empty" title={trans.__('Every file could be read')} />
  );
}
