/** The manual page hoist(8), in the roff of man(7), written from the table. */

import type { Command, Option } from './option.ts';
import { commands, globals } from './table.ts';
import { about, texts } from './texts.ts';

/**
 * @param version shown in the footer
 * @param date of the page, `2026-08-01`
 */
export function manual(version: string, date: string): string {
  const parts = [
    `.TH HOIST 8 ${quoted(date)} ${quoted(`hoist ${version}`)} "System Administration"`,
    '.SH NAME\nhoist \\- run containers from OCI bundles',
    '.SH SYNOPSIS\n.B hoist\n[\\fIglobal options\\fR] \\fIcommand\\fR [\\fIoptions\\fR] [\\fIarguments\\fR]',
    `.SH DESCRIPTION\n${about.map(roff).join('\n.PP\n')}`,
    `.SH GLOBAL OPTIONS\n${globals.map(optionEntry).join('\n')}`,
    `.SH COMMANDS\n${Object.keys(commands).map(commandEntry).join('\n')}`,
    exitStatus,
    environment,
    '.SH SEE ALSO\n.BR runc (8),\n.BR crun (1),\nhttps://github.com/opencontainers/runtime-spec',
  ];
  return `${parts.join('\n')}\n`;
}

const exitStatus = `.SH EXIT STATUS
0 on success and 1 on any failure. In the foreground \\fBrun\\fR and \\fBexec\\fR exit with the code of the process, or with 128 + N
when the signal N ended it; \\fBexec\\fR exits with 255 when it could not start the process.`;

const environment = `.SH ENVIRONMENT
.TP
.B XDG_RUNTIME_DIR
Users other than root keep the state of their containers below it, in \\fIhoist\\fR.
.TP
.B LISTEN_FDS, LISTEN_PID
Sockets that systemd(1) has opened are handed on to the container's process, before those of \\fB\\-\\-preserve\\-fds\\fR.`;

function commandEntry(name: string): string {
  const command = commands[name as keyof typeof commands] as Command;
  const { description, examples = [] } = texts[name as keyof typeof commands];
  const args = command.arguments.map(({ name: word, optional, rest }) => {
    const text = `\\fI${word}\\fR${rest ? '...' : ''}`;
    return optional ? `[${text}]` : text;
  });
  const heading = [`\\fBhoist ${name}\\fR`, '[\\fIoptions\\fR]', ...args].join(' ');
  const lines = examples.map(([line, meaning]) => `.PP\n${roff(meaning)}:\n.EX\n${roff(line)}\n.EE`);
  const options = command.options.filter(({ name: each, hidden }) => each !== 'help' && !hidden);
  return [`.SS ${heading}`, description.map(roff).join('\n.PP\n'), ...options.map(optionEntry), ...lines].join('\n');
}

function optionEntry({ name, short, summary, value, fallback }: Option): string {
  const names = short === undefined ? `\\-\\-${dashes(name)}` : `\\-\\-${dashes(name)}, \\-${short}`;
  const ending = fallback === undefined ? '' : ` (default: ${fallback})`;
  return `.TP\n\\fB${names}\\fR${value === undefined ? '' : ` \\fI${value}\\fR`}\n${roff(summary + ending)}`;
}

function dashes(text: string): string {
  return text.replaceAll('-', '\\-');
}

/** Backslashes, dashes that must stay dashes, and dots or quotes that would begin a request. */
function roff(text: string): string {
  const plain = dashes(text.replaceAll('\\', '\\e')).replace(/`([^`]*)`/g, '\\fB$1\\fR');
  return plain.replace(/^[.']/gm, '\\&$&');
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '\\(dq')}"`;
}
