/** What the drawer of a task is given, and which try of it is looked at. */
import type * as React from 'react';

import type { TaskState } from '../../live/task';
import type { Rendering } from '../../notebook/NotebookView';
import type { TaskView, TryView } from '../../wire';
import type { QuestionFormProps } from '../QuestionForm';
import type { RepairVerb } from './Failure';

export interface TaskDrawerProps {
  readonly state: TaskState;
  readonly taskId: string;
  readonly mapIndex: number;
  /** What chooses another instance of the task, where there is one. */
  readonly chooser: React.ReactNode;
  readonly rendering: Rendering;
  readonly onChooseTry: (tryNumber: number) => void;
  readonly onClear: () => void;
  /** Opens the menu of what else can be done about the task instance. */
  readonly onMore: (button: HTMLElement) => void;
  readonly onNote: () => void;
  readonly onAnswer: QuestionFormProps['onAnswer'];
  readonly onOpenNotebook: (tryNumber: number) => void;
  readonly onRepair: (verb: RepairVerb, tryNumber: number) => void;
  readonly onOpenTask: (taskId: string) => void;
  readonly onClose: () => void;
}

export function shownTry(state: TaskState): TryView | undefined {
  return state.detail?.tries.find(one => one.try_number === state.tryNumber);
}

export function hasNotebook(task: TaskView | undefined): boolean {
  return task?.kind === 'notebook' || task?.kind === 'cells';
}
