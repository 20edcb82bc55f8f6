// EXPLAIN each statement that cases of bench:statistics send. argv: name filter, runs, full
import pg from 'pg';
import { readFileSync } from 'node:fs';
import { createReader } from '../src/reader.db.ts';
import { createPrisma } from '../src/platform/database/prisma.ts';
import { CASES } from './statistics/cases.ts';
import { endMonth } from './dashboards/dataset.ts';
const { db } = JSON.parse(readFileSync('/tmp/wt/s5a-data/gw.json', 'utf8'));
const [, , only = '', runs = '5', full] = process.argv;
const month = await endMonth(db.ownerUrl);
const pool = new pg.Pool({ connectionString: db.url, max: 1 });
const users = (await pool.query('SELECT id FROM end_user ORDER BY id LIMIT 5')).rows.map((r) => r.id);
const subject = { month, day: { from: month.to - 86400000, to: month.to }, users };
const sent: { text: string; values: unknown[] }[] = [];
const seen: any = { query: async (q: any, v?: any) => { const text = typeof q === 'string' ? q : q.text; const values = (typeof q === 'string' ? v : q.values) ?? v ?? []; if (!/^\s*(BEGIN|COMMIT|ROLLBACK|SET)/i.test(text)) sent.push({ text, values }); return pool.query(q, v); }, connect: async () => { const c = await pool.connect(); return { query: (q: any, v?: any) => { const text = typeof q === 'string' ? q : q.text; const values = (typeof q === 'string' ? v : q.values) ?? []; if (!/^\s*(BEGIN|COMMIT|ROLLBACK|SET)/i.test(text)) sent.push({ text, values }); return c.query(q, v); }, release: () => c.release() }; } };
const prisma = createPrisma(pool);
for (const one of CASES.filter(({ name }) => name.includes(only))) {
  sent.length = 0;
  const reader = createReader({ pool: seen, prisma }, { reach: 'EVERYTHING' });
  const a = await one.ask(reader, subject, 0);
  console.log(one.name, JSON.stringify(a), sent.length, 'statements');
  for (const { text, values } of sent) {
    if (text.includes('session_sum_progress')) continue;
    let best = Infinity, plan = Infinity, out = '', exec: number[] = [];
    for (let i = 0; i < Number(runs); i++) {
      const { rows } = await pool.query(`EXPLAIN (ANALYZE, BUFFERS, TIMING ${full ? 'on' : 'off'}) ${text}`, values as any[]);
      const lines = rows.map((r) => r['QUERY PLAN']);
      const e = Number(/Execution Time: ([\d.]+)/.exec(lines.join('\n'))?.[1]), p = Number(/Planning Time: ([\d.]+)/.exec(lines.join('\n'))?.[1]);
      exec.push(e); plan = Math.min(plan, p); if (e < best) { best = e; out = lines.join('\n'); }
    }
    console.log(`   min exec ${best.toFixed(1)} ms, min plan ${plan.toFixed(1)} ms   (${exec.map((x) => x.toFixed(0)).join(' ')})`);
    if (full) console.log(text, '\n', out);
  }
}
await prisma.$disconnect?.(); await pool.end();
