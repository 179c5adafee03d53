/**
 * Filters of events, in containerd's syntax (filters/filter.go, parser.go): `field==value`, `field!=value`, `field~=/expression/`, or
 * `field` alone for "is there"; a comma between two of them means both, several filters mean any.
 */

import { RuntimeError } from '../../errors.ts';
import { FIELD_NAMES, fieldReader, type Published } from './published.ts';

export type Filter = (event: Published) => boolean;

/** @returns a filter that lets everything through when there are no texts. @throws RuntimeError InvalidArgument */
export function parseFilters(texts: readonly string[]): Filter {
  const filters = texts.map((text) => new Parser(text).parse());
  return (event) => filters.length === 0 || filters.some((filter) => filter(event));
}

const SPACE = /\s*/y;
const PATH = /[A-Za-z_]\w*(?:\.(?:[A-Za-z_]\w*|"(?:[^"\\]|\\.)*"))*/y;
const OPERATOR = /==|!=|~=/y;
const QUOTED = /"(?:[^"\\]|\\.)*"/y;
/** Only behind `~=`, so that expressions need fewer backslashes. */
const DELIMITED = /\/((?:[^/\\]|\\.)*)\/|\|((?:[^|\\]|\\.)*)\|/y;
const PLAIN = /[^\s,"]+/y;

class Parser {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  parse(): Filter {
    this.take(SPACE);
    if (this.at === this.text.length) return () => true;
    const all = [this.selector()];
    while (this.at < this.text.length) {
      if (this.text[this.at] !== ',') throw this.refusal('expected a comma');
      this.at++;
      all.push(this.selector());
    }
    return (event) => all.every((one) => one(event));
  }

  private selector(): Filter {
    this.take(SPACE);
    const path = this.take(PATH)?.[0].replaceAll('"', '');
    if (path === undefined) throw this.refusal('expected a field');
    const read = fieldReader(path);
    if (read === undefined) throw this.refusal(`${path} is none of ${FIELD_NAMES}`);
    this.take(SPACE);
    const operator = this.take(OPERATOR)?.[0];
    const test = operator === undefined ? (value: string) => value !== '' : this.condition(operator);
    this.take(SPACE);
    return (event) => test(read(event));
  }

  private condition(operator: string): (value: string) => boolean {
    this.take(SPACE);
    const wanted = this.value(operator === '~=');
    if (operator === '==') return (value) => value === wanted;
    if (operator === '!=') return (value) => value !== wanted;
    const expression = this.expression(wanted);
    return (value) => expression.test(value);
  }

  private value(isExpression: boolean): string {
    const quoted = this.take(QUOTED)?.[0];
    if (quoted !== undefined) return this.unquote(quoted);
    const delimited = isExpression ? this.take(DELIMITED) : undefined;
    if (delimited) return delimited[1] ?? delimited[2]?.replaceAll('\\|', '|') ?? '';
    const plain = this.take(PLAIN)?.[0];
    if (plain === undefined) throw this.refusal('expected a value');
    return plain;
  }

  private unquote(quoted: string): string {
    try {
      return JSON.parse(quoted) as string;
    } catch {
      throw this.refusal(`${quoted} is not quoted as in JSON`);
    }
  }

  private expression(text: string): RegExp {
    try {
      return new RegExp(text);
    } catch (error) {
      throw this.refusal(error instanceof Error ? error.message : String(error));
    }
  }

  /** What matches right here, and goes behind it. */
  private take(form: RegExp): RegExpExecArray | undefined {
    form.lastIndex = this.at;
    const found = form.exec(this.text);
    if (found === null) return undefined;
    this.at += found[0].length;
    return found;
  }

  private refusal(why: string): RuntimeError {
    return new RuntimeError(
      'InvalidArgument',
      `filter ${JSON.stringify(this.text)}: ${why} (at character ${this.at + 1})`,
    );
  }
}
