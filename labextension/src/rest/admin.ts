/** What the administration asks the server: what people did, and the settings. */
import type { RestClient } from '../client';
import { apiPath } from '../urls';
import type { AuditList, SettingList } from '../wire';

export interface AuditAsked {
  readonly actor: string;
  readonly dag_id: string;
  readonly verb: string;
  readonly outcome: string;
  /** From this day on, and before the end of that one: `2026-03-04`, in the zone of the reader. */
  readonly since: string;
  readonly until: string;
}

export function fetchAudit(
  client: Pick<RestClient, 'request'>,
  asked: AuditAsked,
  before: string | null
): Promise<AuditList> {
  const { since, until, ...words } = asked;
  const given = Object.entries(words).filter(([, value]) => value !== '');
  const query = {
    ...Object.fromEntries(given),
    since: since === '' ? null : new Date(`${since}T00:00`).toISOString(),
    until: until === '' ? null : dayAfter(until),
    before
  };
  return client.request<AuditList>(apiPath(['audit'], query));
}

function dayAfter(day: string): string {
  const date = new Date(`${day}T00:00`);
  date.setDate(date.getDate() + 1);
  return date.toISOString();
}

export function fetchSettings(client: Pick<RestClient, 'request'>): Promise<SettingList> {
  return client.request<SettingList>(apiPath(['settings']));
}
