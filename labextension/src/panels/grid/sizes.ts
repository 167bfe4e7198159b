/** The measures of the grid in pixels; grid.css has the same. */
export const COLUMN = 20;
export const ROW = 22;
/** The names of the tasks. */
export const NAMES = 230;
/** Dates, bars of durations, states and types of the runs. */
export const HEAD = 98;
/** The tallest bar. */
export const BAR = 46;
