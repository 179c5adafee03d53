/** The Task service as bytes: which message goes in and out of each method. */

import {
  CheckpointTaskRequest,
  CloseIORequest,
  ConnectRequest,
  ConnectResponse,
  CreateTaskRequest,
  CreateTaskResponse,
  DeleteRequest,
  DeleteResponse,
  ExecProcessRequest,
  KillRequest,
  PauseRequest,
  PidsRequest,
  PidsResponse,
  ResizePtyRequest,
  ResumeRequest,
  StartRequest,
  StartResponse,
  StateRequest,
  StateResponse,
  StatsRequest,
  StatsResponse,
  UpdateTaskRequest,
  WaitRequest,
  WaitResponse,
} from '../../proto/task.js';
import type { Method, Service } from '../rpc.ts';
import type { TaskService } from './task-service.ts';

interface Reads<Request> {
  decode(bytes: Uint8Array): Request;
}

interface Writes<Response> {
  encode(response: Response): { finish(): Uint8Array };
}

const EMPTY = new Uint8Array();

/** @param service whose methods answer */
export function taskMethods(service: TaskService): Service {
  return {
    State: answering(StateRequest, StateResponse, (request) => service.state(request)),
    Create: answering(CreateTaskRequest, CreateTaskResponse, (request) => service.create(request)),
    Start: answering(StartRequest, StartResponse, (request) => service.start(request)),
    Delete: answering(DeleteRequest, DeleteResponse, (request) => service.delete(request)),
    Pids: answering(PidsRequest, PidsResponse, (request) => service.pids(request)),
    Pause: doing(PauseRequest, (request) => service.pause(request)),
    Resume: doing(ResumeRequest, (request) => service.resume(request)),
    Checkpoint: doing(CheckpointTaskRequest, (request) => service.checkpoint(request)),
    Kill: doing(KillRequest, (request) => service.kill(request)),
    Exec: doing(ExecProcessRequest, (request) => service.exec(request)),
    ResizePty: doing(ResizePtyRequest, (request) => service.resizePty(request)),
    CloseIO: doing(CloseIORequest, (request) => service.closeIO(request)),
    Update: doing(UpdateTaskRequest, (request) => service.update(request)),
    Wait: answering(WaitRequest, WaitResponse, (request) => service.wait(request)),
    Stats: answering(StatsRequest, StatsResponse, (request) => service.stats(request)),
    Connect: answering(ConnectRequest, ConnectResponse, (request) => service.connect(request)),
    Shutdown: doing({ decode: () => undefined }, () => service.shutdown()),
  };
}

function answering<Request, Response>(
  reads: Reads<Request>,
  writes: Writes<Response>,
  answer: (request: Request) => Promise<Response> | Response,
): Method {
  const encode = (response: Response) => writes.encode(response).finish();
  return (bytes) => {
    const response = answer(reads.decode(bytes));
    return response instanceof Promise ? response.then(encode) : encode(response);
  };
}

/** Answers with an Empty. */
function doing<Request>(reads: Reads<Request>, act: (request: Request) => Promise<void> | void): Method {
  return (bytes) => {
    const done = act(reads.decode(bytes));
    return done instanceof Promise ? done.then(() => EMPTY) : EMPTY;
  };
}
