/** Variables and connections: which there are, changing them, and whether one can be connected to. */
import type { RestClient } from '../client';
import { apiPath } from '../urls';
import type { ConnectionList, ConnectionTest, VariableList } from '../wire';

type Client = Pick<RestClient, 'request'>;

export interface VariableBody {
  readonly value: string;
  readonly description: string;
}

/** What is left out stays as it is. */
export type ConnectionBody = Readonly<Record<string, unknown>>;

export function fetchVariables(client: Client): Promise<VariableList> {
  return client.request(apiPath(['variables']));
}

export function saveVariable(
  client: Client,
  key: string,
  variable: VariableBody
): Promise<unknown> {
  return client.request(apiPath(['variables', key]), 'PUT', variable);
}

export function deleteVariable(client: Client, key: string): Promise<unknown> {
  return client.request(apiPath(['variables', key]), 'DELETE');
}

export function fetchConnections(client: Client): Promise<ConnectionList> {
  return client.request(apiPath(['connections']));
}

export function saveConnection(
  client: Client,
  id: string,
  connection: ConnectionBody
): Promise<unknown> {
  return client.request(apiPath(['connections', id]), 'PUT', connection);
}

export function deleteConnection(client: Client, id: string): Promise<unknown> {
  return client.request(apiPath(['connections', id]), 'DELETE');
}

export function testConnection(client: Client, id: string): Promise<ConnectionTest> {
  return client.request(apiPath(['connections', id, 'test']), 'POST', {});
}
