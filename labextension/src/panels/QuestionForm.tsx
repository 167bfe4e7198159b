/** What a task asks a person: the options, the form, and until when; answered here. */
import * as React from 'react';

import { fieldsOf, readAll, type Draft } from '../form/model';
import { messagesOf } from '../live/form';
import { Prose } from '../notebook/Prose';
import { useTexts } from '../text';
import type { QuestionView } from '../wire';
import { Button, Instant, Notice } from './controls';
import { ParamsForm } from './ParamsForm';

export interface QuestionFormProps {
  readonly question: QuestionView;
  readonly now: number;
  readonly onAnswer: (
    chosen: readonly string[],
    params: Readonly<Record<string, unknown>>
  ) => Promise<unknown>;
}

type Progress = 'open' | 'sending' | 'answered';

export function QuestionForm({ question, now, onAnswer }: QuestionFormProps): React.JSX.Element {
  const trans = useTexts();
  const fields = React.useMemo(() => fieldsOf(question.params), [question.params]);
  const [drafts, setDrafts] = React.useState<Readonly<Record<string, Draft>>>({});
  const [errors, setErrors] = React.useState<Readonly<Record<string, string>>>({});
  const [problems, setProblems] = React.useState<readonly string[]>([]);
  const [progress, setProgress] = React.useState<Progress>('open');
  const answer = async (chosen: readonly string[]): Promise<void> => {
    const read = readAll(fields, drafts, trans);
    setErrors(read.errors);
    setProblems([]);
    if (Object.keys(read.errors).length) {
      return;
    }
    setProgress('sending');
    try {
      await onAnswer(chosen, read.values);
      setProgress('answered');
    } catch (error) {
      setProblems(messagesOf(error));
      setProgress('open');
    }
  };
  if (progress === 'answered') {
    return (
      <Notice kind="empty" title={trans.__('Answered')}>
        <p>{trans.__('The task goes on in a moment.')}</p>
      </Notice>
    );
  }
  return (
    <div className="jp-nbflow-question" data-testid="nbflow-question">
      <h3>{question.subject}</h3>
      {question.body ? <Prose source={question.body} /> : null}
      <p className="jp-nbflow-muted">
        <Deadline question={question} now={now} />
        {question.assigned_users.length
          ? ` ${trans.__('Asked of %1.', question.assigned_users.join(', '))}`
          : ''}
      </p>
      <ParamsForm
        {...{ fields, drafts, errors, problems }}
        onChange={(name, draft) => setDrafts(before => ({ ...before, [name]: draft }))}
      />
      <Options
        question={question}
        isSending={progress === 'sending'}
        onAnswer={chosen => void answer(chosen)}
      />
    </div>
  );
}

function Deadline({ question, now }: { question: QuestionView; now: number }): React.JSX.Element {
  const trans = useTexts();
  if (question.until === null) {
    return <>{trans.__('It waits until somebody answers.')}</>;
  }
  const { defaults } = question;
  return (
    <>
      {trans.__('It waits until')} <Instant at={question.until} now={now} />;{' '}
      {defaults === null
        ? trans.__('then it fails.')
        : trans.__('then the answer is %1.', defaults.join(', '))}
    </>
  );
}

function Options({
  question,
  isSending,
  onAnswer
}: {
  question: QuestionView;
  isSending: boolean;
  onAnswer: (chosen: readonly string[]) => void;
}): React.JSX.Element {
  const trans = useTexts();
  const { options, multiple, defaults } = question;
  const [chosen, setChosen] = React.useState<readonly string[]>(defaults ?? []);
  if (!multiple) {
    return (
      <div className="jp-nbflow-answers" role="group" aria-label={trans.__('Answers')}>
        {options.map((option, place) => (
          <Button
            key={option}
            look={place === 0 ? 'primary' : 'plain'}
            label={option}
            isDisabled={isSending}
            verb="answerQuestion"
            onClick={() => onAnswer([option])}
          />
        ))}
      </div>
    );
  }
  const toggle = (option: string): void =>
    setChosen(before =>
      before.includes(option) ? before.filter(one => one !== option) : [...before, option]
    );
  return (
    <>
      <fieldset className="jp-nbflow-choices">
        <legend>{trans.__('Choose one or more')}</legend>
        {options.map(option => (
          <label key={option}>
            <input
              type="checkbox"
              checked={chosen.includes(option)}
              onChange={() => toggle(option)}
            />
            {option}
          </label>
        ))}
      </fieldset>
      <Button
        look="primary"
        label={trans.__('Answer')}
        isDisabled={isSending || !chosen.length}
        verb="answerQuestion"
        onClick={() => onAnswer(options.filter(option => chosen.includes(option)))}
      />
    </>
  );
}
