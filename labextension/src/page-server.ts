/**
 * The Jupyter server of the page that a widget stands in, for what a kernel that is busy would not hear. Free of
 * JupyterLab; other pages have none.
 */

export interface PageServer {
  readonly baseUrl: string;
  readonly token: string;
}

/** The Jupyter server this page belongs to, as JupyterLab and Notebook 7 tell it; null in other places. */
export function serverOfPage(page: Document = document): PageServer | null {
  const text = page.getElementById('jupyter-config-data')?.textContent;
  if (!text) {
    return null;
  }
  const config = JSON.parse(text) as { baseUrl?: string; token?: string };
  return { baseUrl: config.baseUrl ?? '/', token: config.token ?? '' };
}

/** What the server answers at a path of `urls.ts`; with a `body` it is posted. */
export function askServer(server: PageServer, path: string, body?: object): Promise<Response> {
  const url = server.baseUrl.replace(/\/?$/, '/') + path;
  const headers = headersFor(server);
  return body === undefined
    ? fetch(url, { headers })
    : fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
}

function headersFor(server: PageServer): Record<string, string> {
  const xsrf = /(?:^|; )_xsrf=([^;]+)/.exec(document.cookie)?.[1];
  return {
    'Content-Type': 'application/json',
    ...(server.token ? { Authorization: `token ${server.token}` } : {}),
    ...(xsrf === undefined ? {} : { 'X-XSRFToken': xsrf })
  };
}
