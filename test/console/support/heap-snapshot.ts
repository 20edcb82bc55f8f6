import type { CDPSession, Page } from 'playwright-core';
import { z } from 'zod';

// What the DevTools protocol answers: lists of numbers, of which `meta` says what each one means.
const snapshotSchema = z.object({
  snapshot: z.object({
    meta: z.object({
      node_fields: z.array(z.string()),
      edge_fields: z.array(z.string()),
      edge_types: z.tuple([z.array(z.string())]).rest(z.unknown()),
    }),
  }),
  nodes: z.array(z.number()),
  edges: z.array(z.number()),
  strings: z.array(z.string()),
});

export type HeapSnapshot = z.output<typeof snapshotSchema>;

/** The heap of a page's scripts, after what nobody needs was collected. */
export async function takeHeapSnapshot(page: Page): Promise<HeapSnapshot> {
  const session = await page.context().newCDPSession(page);
  const text = await takeText(session);
  await session.detach();
  return snapshotSchema.parse(JSON.parse(text));
}

async function takeText(session: CDPSession): Promise<string> {
  const chunks: string[] = [];
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => void chunks.push(chunk));
  await session.send('HeapProfiler.enable');
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  return chunks.join('');
}

/** A way from the roots to a text that has this in it, as names of properties. Null when nothing holds such a text. */
export function pathTo(heap: HeapSnapshot, wanted: string): string | null {
  const { node_fields, edge_fields, edge_types } = heap.snapshot.meta;
  const nodeSize = node_fields.length;
  const edgeSize = edge_fields.length;
  const { nodes, edges, strings } = heap;
  const named = strings.map((text) => text.includes(wanted));
  const nameOf = (node: number) => nodes[node + node_fields.indexOf('name')] ?? 0;
  const firstEdge = edgeStarts(heap);
  const weak = edge_types[0].indexOf('weak');

  const cameFrom = new Map<number, { readonly node: number; readonly edge: number }>();
  const queue = [0];
  for (let next = 0; next < queue.length; next += 1) {
    const node = queue[next] ?? 0;
    if (named[nameOf(node)] === true) return describe(node);
    const index = node / nodeSize;
    for (let edge = firstEdge[index] ?? 0; edge < (firstEdge[index + 1] ?? 0); edge += edgeSize) {
      const target = edges[edge + edge_fields.indexOf('to_node')] ?? 0;
      if (edges[edge] === weak || target === 0 || cameFrom.has(target)) continue;
      cameFrom.set(target, { node, edge });
      queue.push(target);
    }
  }
  return null;

  function describe(found: number): string {
    const steps: string[] = [];
    for (let step = cameFrom.get(found); step !== undefined; step = cameFrom.get(step.node)) {
      const type = edge_types[0][edges[step.edge] ?? 0] ?? '';
      const label = edges[step.edge + edge_fields.indexOf('name_or_index')] ?? 0;
      const isNumber = type === 'element' || type === 'hidden';
      steps.unshift(`${strings[nameOf(step.node)]?.slice(0, 40)}.${isNumber ? label : strings[label]}`);
    }
    return steps.join(' → ');
  }
}

/** Where the edges of each node begin, in the order of the nodes. */
function edgeStarts({ snapshot: { meta }, nodes }: HeapSnapshot): number[] {
  const size = meta.node_fields.length;
  const counts = meta.node_fields.indexOf('edge_count');
  const starts = [0];
  let at = 0;
  for (let node = 0; node < nodes.length; node += size) {
    at += (nodes[node + counts] ?? 0) * meta.edge_fields.length;
    starts.push(at);
  }
  return starts;
}
