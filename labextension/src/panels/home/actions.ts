/** What can be done from the home page; the page itself only asks for it. */
import type { BulkVerb } from '../../live/bulk';
import type { ImportErrorsProps } from '../ImportErrors';
import type { Filters } from './filters';

export type { BulkVerb } from '../../live/bulk';

export interface HomeActions {
  readonly onOpen: (dagId: string, runId?: string, taskId?: string) => void;
  readonly onTrigger: (dagId: string) => void;
  readonly onPause: (dagId: string, paused: boolean) => void;
  readonly onCancel: (dagId: string, runId: string) => void;
  readonly onClear: (dagId: string, runId: string) => void;
  readonly onQuestion: (dagId: string) => void;
  readonly onFavourite: (dagId: string) => void;
  readonly onFilters: (filters: Filters) => void;
  readonly onBulk: (verb: BulkVerb, dagIds: readonly string[]) => void;
  readonly onCopyLink: () => void;
  readonly onNewDag: (kind: 'notebook' | 'python') => void;
  readonly onReload: () => void;
  readonly onStartScheduler: () => void;
  readonly onOpenFile: ImportErrorsProps['onOpenFile'];
  readonly onImportErrors: () => void;
}
