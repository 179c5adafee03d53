import { RuntimeError } from '../../errors.ts';
import { ANNOTATIONS } from '../../spec/annotations.ts';
import { INFINITE, type Property } from './property.ts';
import { parseVariant, type Variant } from './variant-text.ts';

const PREFIX = ANNOTATIONS.systemdProperty;
const MICROSECONDS = 1_000_000n;

/**
 * Annotations `org.systemd.property.<Name>`: properties of the container's unit that config.json has no word for. The name is letters
 * only; `…Sec` becomes `…USec`, which is what systemd has on the bus, with a million times the value.
 *
 * @throws RuntimeError InvalidArgument in runc's words
 */
export function annotatedProperties(annotations: Readonly<Record<string, string>> = {}): Property[] {
  const properties: Property[] = [];
  for (const [key, text] of Object.entries(annotations)) {
    if (!key.startsWith(PREFIX)) continue;
    const name = key.slice(PREFIX.length);
    const wrong = name.length < 3 ? 'too short' : /^[A-Za-z]+$/.test(name) ? '' : 'contains non-alphabetic character';
    if (wrong !== '') throw invalid(`annotation ${key} name incorrect: ${wrong}`);
    try {
      properties.push(property(name, parseVariant(text)));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw invalid(`annotation ${key}=${text} value parse error: ${reason}`, error);
    }
  }
  return properties;
}

function property(name: string, variant: Variant): Property {
  return /[a-z]Sec$/.test(name) ? [`${name.slice(0, -'Sec'.length)}USec`, microseconds(variant)] : [name, variant];
}

function microseconds([, value]: Variant): Variant {
  if (typeof value !== 'number' && typeof value !== 'bigint') throw new RuntimeError('InvalidArgument', 'not a number');
  const exact = typeof value === 'bigint' ? value * MICROSECONDS : whole(value * Number(MICROSECONDS));
  if (exact < 0n || exact > INFINITE) throw new RuntimeError('InvalidArgument', 'out of range');
  return ['t', exact];
}

const whole = (value: number) => (Number.isFinite(value) ? BigInt(Math.trunc(value)) : -1n);

function invalid(words: string, cause?: unknown): RuntimeError {
  return new RuntimeError('InvalidArgument', words, { stage: 'config' }, cause);
}
