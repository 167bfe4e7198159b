/** DAGs to begin with: a notebook whose cells make one, and a Python file. */
import type { Texts } from '../text';

export function firstNotebook(texts: Texts): object {
  const title = texts.__('My first DAG');
  const intro = texts.__(
    'Visits and orders need nothing of each other, so they run side by side; the last cell waits for both.'
  );
  const code = (id: string, source: string, metadata: object = {}): object => ({
    cell_type: 'code',
    id,
    source,
    metadata,
    outputs: [],
    execution_count: null
  });
  const words = (id: string, source: string): object => ({
    cell_type: 'markdown',
    id,
    source,
    metadata: {}
  });
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' },
      language_info: { name: 'python' }
    },
    cells: [
      words('intro', `# ${title}\n\n${intro}`),
      code('params', 'days = 7', { tags: ['parameters'] }),
      words('visits-head', `## ${texts.__('Visits')}`),
      code('visits', 'visits = [100 + 7 * day for day in range(days)]\nprint(visits)'),
      words('orders-head', `## ${texts.__('Orders')}`),
      code('orders', 'orders = [10 + day % 3 for day in range(days)]\nprint(orders)'),
      words('rate-head', `## ${texts.__('Orders per visit')}`),
      code('rate', 'rate = sum(orders) / sum(visits)\nprint(f"{rate:.1%}")')
    ]
  };
}

export const FIRST_PYTHON = `\
from nbflow import DAG, task

with DAG("DAG_ID", schedule=None, params={"name": "world"}):

    @task
    def greet(params):
        print(f"Hello, {params['name']}!")
        return len(params["name"])

    @task
    def count(letters):
        print(f"That name has {letters} letters.")

    count(greet())
`;
