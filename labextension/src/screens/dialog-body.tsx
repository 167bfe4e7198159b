/** What stands in a dialog: a form that speaks the person's language. */
import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import { TextsContext, type Texts } from '../text';

export function dialogBody(form: React.JSX.Element, texts: Texts): ReactWidget {
  return ReactWidget.create(<TextsContext.Provider value={texts}>{form}</TextsContext.Provider>);
}
