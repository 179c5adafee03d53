import { features } from '../../runtime/features.ts';
import { type Invocation, print } from '../command.ts';
import { goJson } from '../json.ts';

export function run(_: Invocation<'features'>): number {
  print(`${goJson(features(), 4)}\n`);
  return 0;
}
