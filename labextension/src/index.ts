/**
 * The list of plugins that JupyterLab loads, and nothing else: each plugin lives in its own file
 * under plugins/ and can be disabled by a user on its own.
 */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

const plugins: JupyterFrontEndPlugin<unknown>[] = [];

export default plugins;
