/** The sign of nbflow on tabs, in the launcher and in menus. */
import { LabIcon } from '@jupyterlab/ui-components';

import svgstr from '../style/icons/nbflow.svg';

export const nbflowIcon = new LabIcon({ name: 'nbflow:nbflow', svgstr });
