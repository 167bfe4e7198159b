/** The sign of nbflow on tabs, in the launcher and in menus. */
import { LabIcon } from '@jupyterlab/ui-components';

import svgstr from '../style/icons/nbflow.svg';
import runCellsSvg from '../style/icons/run-cells.svg';
import runSvg from '../style/icons/run.svg';
import scheduleSvg from '../style/icons/schedule.svg';

export const nbflowIcon = new LabIcon({ name: 'nbflow:nbflow', svgstr });

export const runDagIcon = new LabIcon({ name: 'nbflow:run', svgstr: runSvg });
export const runCellsIcon = new LabIcon({ name: 'nbflow:run-cells', svgstr: runCellsSvg });
export const scheduleIcon = new LabIcon({ name: 'nbflow:schedule', svgstr: scheduleSvg });
