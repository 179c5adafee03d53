import { expect, it } from 'vitest';
import { TaskExecAdded, TaskExit, TaskStart } from '../../../../src/proto/events.js';
import { parseFilters } from '../../../../src/shim/grpc/filter.ts';

const start = {
  namespace: 'default',
  topic: '/tasks/start',
  type: 'containerd.events.TaskStart',
  value: TaskStart.encode({ containerId: 'c1', pid: 7 }).finish(),
};
const exit = {
  namespace: 'k8s.io',
  topic: '/tasks/exit',
  type: 'containerd.events.TaskExit',
  value: TaskExit.encode({ containerId: 'c2', id: 'e"1', pid: 7 }).finish(),
};
const added = {
  namespace: 'k8s.io',
  topic: '/tasks/exec-added',
  type: 'containerd.events.TaskExecAdded',
  value: TaskExecAdded.encode({ containerId: 'c2', execId: 'shell' }).finish(),
};

it.each([
  [[], 'start exit added'],
  [[''], 'start exit added'],
  [['topic==/tasks/start'], 'start'],
  [['topic!=/tasks/start'], 'exit added'],
  [['topic=="/tasks/exit"'], 'exit'],
  [['topic~=/^.tasks.ex/'], 'exit added'],
  [['topic~=|/tasks/(start\\|exit)|'], 'start exit'],
  [['topic~="/tasks/(start|exit)"'], 'start exit'],
  [['namespace==k8s.io,topic~=/exec/'], 'added'],
  [[' namespace == k8s.io , topic == /tasks/exit '], 'exit'],
  [['namespace==default', 'event.exec_id==shell'], 'start added'],
  [['event.container_id==c2'], 'exit added'],
  [['event.id=="e\\"1"'], 'exit'],
  [['event.exec_id'], 'added'],
  [['event."container_id"==c1'], 'start'],
])('%j lets through: %s', (texts, expected) => {
  const filter = parseFilters(texts);
  const found = Object.entries({ start, exit, added }).filter(([, event]) => filter(event));
  expect(found.map(([name]) => name).join(' ')).toBe(expected);
});

it.each([
  ['topic==', 'filter "topic==": expected a value (at character 8)'],
  ['==x', 'filter "==x": expected a field (at character 1)'],
  ['topic==a b', 'filter "topic==a b": expected a comma (at character 10)'],
  ['topic==a,', 'filter "topic==a,": expected a field (at character 10)'],
  ['topic=a', 'filter "topic=a": expected a comma (at character 6)'],
  ['topic=="a', 'filter "topic==\\"a": expected a value (at character 8)'],
  ['topic=="\\x"', 'filter "topic==\\"\\\\x\\"": "\\x" is not quoted as in JSON (at character 12)'],
  [
    'event.pid==7',
    'filter "event.pid==7": event.pid is none of topic, namespace, event.container_id, event.id, event.exec_id (at character 10)',
  ],
  [
    'constructor',
    'filter "constructor": constructor is none of topic, namespace, event.container_id, event.id, event.exec_id (at character 12)',
  ],
])('%s is refused', (text, message) => {
  expect(() => parseFilters([text])).toThrow(expect.objectContaining({ code: 'InvalidArgument', message }));
});

it('an expression that is none is refused', () => {
  expect(() => parseFilters(['topic~=/(/'])).toThrow(/^filter "topic~=\/\(\/": Invalid regular expression: \/\(\/: /);
});
