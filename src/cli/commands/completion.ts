import { RuntimeError } from '../../errors.ts';
import { type Invocation, print } from '../command.ts';
import { completion, isShell } from '../completion.ts';

export function run({ args }: Invocation<'completion'>): number {
  const [shell = ''] = args;
  if (!isShell(shell)) {
    throw new RuntimeError('InvalidArgument', `unknown shell ${JSON.stringify(shell)}`, {
      hint: 'use bash, zsh or fish',
    });
  }
  print(completion(shell));
  return 0;
}
