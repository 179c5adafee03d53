/** Watches one runtime, named by RUNTIME, through all scenes; writes what was seen to the file OUTPUT as JSON. */
import { writeFileSync } from 'node:fs';
import { wishes } from './configs.ts';
import { live, type Seen } from './lives.ts';
import { err, mistakes } from './mistakes.ts';
import { Subject } from './subject.ts';

const subject = new Subject();
const all: Record<string, Seen> = {};
await subject.start();
try {
  const wanted = process.argv.slice(2);
  const wants = (scene: string) => wanted.length === 0 || wanted.some((part) => scene.includes(part));
  for (const [id, wish] of Object.entries(wishes))
    if (wants(`life ${id}`)) all[`life ${id}`] = await live(subject, id, wish);
  for (const [scene, mistake] of Object.entries(mistakes))
    if (wants(`mistake ${scene}`)) all[`mistake ${scene}`] = await err(subject, mistake);
} finally {
  await subject.stop();
}
writeFileSync(process.env.OUTPUT ?? '/dev/stdout', JSON.stringify(all, undefined, 1));
