/** Finding tasks by what somebody types. Pure. */
import type { GraphTask } from './groups';

/**
 * The ids of the tasks that have every word of `query` in their id, name, operator or group: first those whose
 * name begins with it, then those that hold it; in the order of the graph otherwise.
 */
export function findTasks(tasks: readonly GraphTask[], query: string): string[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const whole = words.join(' ');
  if (whole === '') {
    return [];
  }
  const ranked = tasks.flatMap((task, place) => {
    const name = (task.display_name || task.task_id).toLowerCase();
    const all = `${task.task_id} ${name} ${task.operator} ${task.kind}`.toLowerCase();
    return words.every(word => all.includes(word))
      ? [{ id: task.task_id, rank: rankOf(name, task.task_id.toLowerCase(), whole), place }]
      : [];
  });
  ranked.sort((a, b) => a.rank - b.rank || a.place - b.place);
  return ranked.map(one => one.id);
}

function rankOf(name: string, id: string, query: string): number {
  const last = id.slice(id.lastIndexOf('.') + 1);
  if ([name, id, last].includes(query)) {
    return 0;
  }
  if ([name, id, last].some(one => one.startsWith(query))) {
    return 1;
  }
  return name.includes(query) || id.includes(query) ? 2 : 3;
}
