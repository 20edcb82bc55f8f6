import { isJsonObject, type JsonObject } from '../platform/validation/json.ts';
import { valueAt } from './json-path.ts';
import { listIn } from './pages.ts';
import { type Column, printRecord, printTable } from './table.ts';
import { printJson, say } from './terminal.ts';

const EVENTS: readonly Column[] = [
  ['AT', 'at'],
  ['ACTION', 'action'],
  ['OUTCOME', 'outcome'],
  ['BY', 'actor.name'],
  ['REQUEST', 'requestId'],
  ['DETAIL', 'detail'],
];

/** Prints a record and, below it, the audit events about it, newest first. */
export function printWithEvents(record: JsonObject, json: boolean): void {
  if (json) {
    printJson(record);
    return;
  }
  const { auditEvents = null, ...fields } = record;
  printRecord(fields);
  const events = listIn(auditEvents, 'nodes');
  if (events.length === 0) return;
  process.stdout.write('\n');
  printTable(EVENTS, events);
  if (valueAt(auditEvents, 'pageInfo.hasNextPage') === true)
    say(`These are the newest ${events.length} events. For all of them: gatehouse audit export.`);
}

/** The object that a document found; null when there is none. */
export function recordAt(answer: JsonObject, path: string): JsonObject | null {
  const found = valueAt(answer, path);
  return isJsonObject(found) ? found : null;
}
