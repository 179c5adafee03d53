// A client of `containerd-shim-hoist-v1 serve` in another language: containerd's own generated code, and nothing of
// hoist's. It drives ten containers at once, each with an exec whose streams are FIFOs, and reads the events.
//
//	client SOCKET BUNDLES    BUNDLES has folders 0 to 9, whose process is a sleep
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	task "github.com/containerd/containerd/api/runtime/task/v3"
	eventsapi "github.com/containerd/containerd/api/services/events/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/anypb"
)

const (
	count   = 10
	process = `{"args":["/bin/sh","-c","read line; echo got $line; echo oops >&2; exit %d"],"cwd":"/","env":["PATH=/bin"],"user":{"uid":0,"gid":0}}`
	kind    = "types.containerd.io/opencontainers/runtime-spec/1/Process"
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func demand(holds bool, what string, values ...any) {
	if !holds {
		panic(fmt.Errorf(what, values...))
	}
}

// reads what comes through a new FIFO.
func collect(path string) <-chan string {
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		panic(err)
	}
	all := make(chan string, 1)
	go func() {
		file := must(os.Open(path))
		all <- string(must(io.ReadAll(file)))
	}()
	return all
}

func live(ctx context.Context, client task.TaskClient, bundles string, number int) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("container %d: %v", number, reason)
		}
	}()
	id := fmt.Sprintf("go-%d", number)
	bundle := filepath.Join(bundles, fmt.Sprint(number))
	created := must(client.Create(ctx, &task.CreateTaskRequest{ID: id, Bundle: bundle}))
	started := must(client.Start(ctx, &task.StartRequest{ID: id}))
	demand(created.Pid > 0 && started.Pid == created.Pid, "pids %d and %d", created.Pid, started.Pid)

	stdin := filepath.Join(bundle, "stdin")
	if err := syscall.Mkfifo(stdin, 0o600); err != nil {
		return err
	}
	stdout, stderr := collect(filepath.Join(bundle, "stdout")), collect(filepath.Join(bundle, "stderr"))
	spec := &anypb.Any{TypeUrl: kind, Value: []byte(fmt.Sprintf(process, number))}
	must(client.Exec(ctx, &task.ExecProcessRequest{
		ID: id, ExecID: "e", Spec: spec, Stdin: stdin,
		Stdout: filepath.Join(bundle, "stdout"), Stderr: filepath.Join(bundle, "stderr"),
	}))
	must(client.Start(ctx, &task.StartRequest{ID: id, ExecID: "e"}))
	input := must(os.OpenFile(stdin, os.O_WRONLY, 0))
	must(fmt.Fprintf(input, "line %d\n", number))
	input.Close()
	exited := must(client.Wait(ctx, &task.WaitRequest{ID: id, ExecID: "e"}))
	demand(exited.ExitStatus == uint32(number), "exec exited with %d", exited.ExitStatus)
	must(client.Delete(ctx, &task.DeleteRequest{ID: id, ExecID: "e"}))
	out, errors := <-stdout, <-stderr
	demand(out == fmt.Sprintf("got line %d\n", number) && errors == "oops\n", "streams %q and %q", out, errors)

	must(client.Kill(ctx, &task.KillRequest{ID: id, Signal: 9}))
	ended := must(client.Wait(ctx, &task.WaitRequest{ID: id}))
	demand(ended.ExitStatus == 137, "exited with %d", ended.ExitStatus)
	must(client.Delete(ctx, &task.DeleteRequest{ID: id}))
	_, gone := client.State(ctx, &task.StateRequest{ID: id})
	demand(status.Code(gone) == codes.NotFound, "State of what is gone: %v", gone)
	return nil
}

// topics of all events, until every container has been deleted.
func listen(ctx context.Context, stream eventsapi.Events_SubscribeClient) map[string]int {
	topics := map[string]int{}
	for topics["/tasks/delete"] < count {
		envelope := must(stream.Recv())
		topics[envelope.Topic]++
	}
	return topics
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	connection := must(grpc.NewClient("unix:"+os.Args[1], grpc.WithTransportCredentials(insecure.NewCredentials())))
	stream := must(eventsapi.NewEventsClient(connection).Subscribe(ctx, &eventsapi.SubscribeRequest{}))
	must(stream.Header()) // it listens
	client := task.NewTaskClient(connection)
	var group sync.WaitGroup
	failures := make([]error, count)
	for number := 0; number < count; number++ {
		group.Add(1)
		go func() {
			defer group.Done()
			failures[number] = live(ctx, client, os.Args[2], number)
		}()
	}
	group.Wait()
	if err := errors.Join(failures...); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	topics := listen(ctx, stream)
	for _, topic := range strings.Fields("/tasks/create /tasks/start /tasks/exec-added /tasks/exec-started /tasks/delete") {
		demand(topics[topic] == count, "%d of %s", topics[topic], topic)
	}
	demand(topics["/tasks/exit"] == 2*count, "%d exits", topics["/tasks/exit"])
	fmt.Println(count, "containers lived and died")
}
