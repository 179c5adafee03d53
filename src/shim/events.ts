/** What happens to tasks, for whoever wants to know: containerd, or the subscribers of `serve`. */

/** Takes events in the order in which they happen. */
export interface EventSink {
  /**
   * Never waits, never throws.
   * @param topic `/tasks/start` …
   * @param type of the value: `containerd.events.TaskStart` …
   */
  publish(topic: string, type: string, value: Uint8Array): void;
  /** Until every event has been delivered or given up. */
  flush(): Promise<void>;
}
