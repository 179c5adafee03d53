import { RuntimeError } from '../errors.ts';
import { goBoolean } from './parse.ts';

/**
 * `--rootless`: true, false (or Go's other words for them) or auto.
 * @throws RuntimeError for anything else
 */
export function parseRootless(value: string | undefined): boolean | 'auto' {
  if (!value || value.toLowerCase() === 'auto') return 'auto';
  const result = goBoolean(value);
  if (result !== undefined) return result;
  throw new RuntimeError('InvalidArgument', `invalid value ${JSON.stringify(value)} for flag -rootless`, {
    hint: 'use true, false or auto',
  });
}
