/** The versions of a DAG: which there are, one of them whole, and what differs between two. */
import type { RestClient } from '../client';
import { apiPath } from '../urls';
import type { VersionDetail, VersionDiff, VersionList } from '../wire';

type Client = Pick<RestClient, 'request'>;

export function fetchVersions(client: Client, dagId: string): Promise<VersionList> {
  return client.request(apiPath(['dags', dagId, 'versions']));
}

export function fetchVersion(
  client: Client,
  dagId: string,
  number: number
): Promise<VersionDetail> {
  return client.request(apiPath(['dags', dagId, 'versions', String(number)]));
}

export function diffVersions(
  client: Client,
  dagId: string,
  old: number,
  new_: number
): Promise<VersionDiff> {
  return client.request(apiPath(['dags', dagId, 'diff'], { old, new: new_ }));
}
