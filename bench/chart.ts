import type { Series } from './measure.ts';
import type { Memory } from './memory.ts';
import { median } from './thresholds.ts';

/** A group of bars that share a scale. */
interface Group {
  readonly title: string;
  readonly bars: readonly { readonly runtime: string; readonly value: number; readonly text: string }[];
}

const shown = ['run', 'create+start+delete', 'create', 'start', 'state', 'kill', 'delete'];
const reference = 'runc';
const width = 785;
const left = 215;
const longest = 330;
const barHeight = 15;
const groupGap = 14;

// Colours that keep a contrast of 3:1 on white and on GitHub's dark grey; text follows the reader's scheme.
const style = `
  text { font: 12px system-ui, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #1f2328 }
  .title { font-size: 15px; font-weight: 600 } .group { font-weight: 600 } .note { fill: #59636e }
  .hoist { fill: #1f7ae0 } .crun { fill: #7d8590 } .runc { fill: #a371c9 } .floor { fill: #4f9d5b } .other { fill: #b08030 }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .note { fill: #9198a1 } }`;

/**
 * Draws medians as horizontal bars, one group per metric, each bar labelled with its value and its ratio to runc.
 * @returns an SVG document that needs nothing else
 */
export function drawChart(series: readonly Series[], memory: readonly Memory[], caption: string): string {
  const times = shown.map((metric) => timeGroup(series, metric)).filter((group) => group.bars.length > 0);
  const sizes = memoryGroups(memory).filter((group) => group.bars.length > 0);
  const parts: string[] = [];
  let y = 28;
  const heading = (text: string) => {
    parts.push(`<text class="title" x="12" y="${y}">${escapeXml(text)}</text>`);
    y += 14;
  };
  heading('Time, median in ms (shorter is better)');
  y = drawGroups(parts, times, y);
  if (sizes.length > 0) {
    y += 22;
    heading('Memory in KiB (shorter is better)');
    y = drawGroups(parts, sizes, y);
  }
  parts.push(`<text class="note" x="12" y="${y + 18}">${escapeXml(caption)}</text>`);
  const open = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y + 32}" viewBox="0 0 ${width} ${y + 32}"`;
  const title = 'Container runtimes compared: time of each command and memory';
  return `${open} role="img" aria-label="${title}">\n<title>${title}</title>\n<style>${style}\n</style>\n${parts.join('\n')}\n</svg>\n`;
}

function drawGroups(parts: string[], groups: readonly Group[], top: number): number {
  const scale = longest / Math.max(...groups.flatMap((group) => group.bars.map((bar) => bar.value)));
  let y = top;
  for (const group of groups) {
    parts.push(`<text class="group" x="12" y="${y + 12}">${escapeXml(group.title)}</text>`);
    for (const bar of group.bars) {
      const colour = ['hoist', 'crun', 'runc', 'floor'].includes(bar.runtime) ? bar.runtime : 'other';
      const length = Math.max(1, bar.value * scale).toFixed(1);
      parts.push(`<text x="${left - 8}" y="${y + 12}" text-anchor="end">${escapeXml(bar.runtime)}</text>`);
      parts.push(
        `<rect class="${colour}" x="${left}" y="${y + 1}" width="${length}" height="${barHeight - 3}" rx="2"/>`,
      );
      parts.push(`<text x="${(left + Number(length) + 6).toFixed(1)}" y="${y + 12}">${escapeXml(bar.text)}</text>`);
      y += barHeight;
    }
    y += groupGap;
  }
  return y;
}

function timeGroup(series: readonly Series[], metric: string): Group {
  const own = series.filter((s) => s.metric === metric).map((s) => ({ runtime: s.runtime, value: median(s.ms) }));
  return { title: metric, bars: own.map((bar) => ({ ...bar, text: label(bar.value.toFixed(1), 'ms', bar, own) })) };
}

function memoryGroups(memory: readonly Memory[]): Group[] {
  const group = (title: string, pick: (m: Memory) => number | null): Group => {
    const own = memory.flatMap((m) => {
      const value = pick(m);
      return value === null ? [] : [{ runtime: m.runtime, value }];
    });
    return { title, bars: own.map((bar) => ({ ...bar, text: label(String(bar.value), 'KiB', bar, own) })) };
  };
  return [group('smallest limit', (m) => m.smallestLimitKiB), group('init before start', (m) => m.waitingInitKiB)];
}

function label(
  text: string,
  unit: string,
  bar: { runtime: string; value: number },
  group: readonly { runtime: string; value: number }[],
): string {
  const base = group.find((other) => other.runtime === reference);
  if (!base || bar.runtime === reference) return `${text} ${unit}`;
  return `${text} ${unit} = ${(bar.value / base.value).toFixed(2)} × ${reference}`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
