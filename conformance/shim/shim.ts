/** A shim as containerd sees it: started by its command line, driven over its socket, its events taken over another. */

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { TaskExit } from '../../src/proto/events.js';
import { ForwardRequest } from '../../src/proto/events.js';
import * as task from '../../src/proto/task.js';
import { Client, type Transport } from '../../src/ttrpc/client.ts';
import { Server } from '../../src/ttrpc/server.ts';
import { defaultSpec } from '../../src/spec/defaults.ts';
import { stringify } from '../../src/spec/stringify.ts';
import type { Program } from './model.ts';
