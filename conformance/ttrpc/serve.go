package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"github.com/containerd/ttrpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// serve listens until standard input ends, and says "ready" before it does.
func serve(socket string, types []string) error {
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	server, err := ttrpc.NewServer()
	if err != nil {
		return err
	}
	methods := map[string]ttrpc.Method{
		"Throw":    func(context.Context, func(any) error) (any, error) { return nil, status.Error(codes.NotFound, "thrown") },
		"Large":    func(context.Context, func(any) error) (any, error) { return wrapperspb.Bytes(make([]byte, 4<<20-10)), nil },
		"Sleep":    sleep,
		"Metadata": metadata,
	}
	// Names that random frames have.
	for _, name := range []string{"Ping", "Echo", "Odd", "Soon", "Reject", "Held"} {
		methods[name] = func(context.Context, func(any) error) (any, error) { return &emptypb.Empty{}, nil }
	}
	server.Register(service, methods)
	server.Register("recode.Service", recoders(types))
	go server.Serve(context.Background(), listener)
	fmt.Println("ready")
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

func recoders(types []string) map[string]ttrpc.Method {
	methods := map[string]ttrpc.Method{}
	for _, name := range types {
		methods[name] = func(_ context.Context, unmarshal func(any) error) (any, error) {
			message := newMessage(name)
			return message, unmarshal(message)
		}
	}
	return methods
}

// sleep takes milliseconds and returns them, unless the client's time is up before.
func sleep(ctx context.Context, unmarshal func(any) error) (any, error) {
	var ms wrapperspb.UInt32Value
	if err := unmarshal(&ms); err != nil {
		return nil, err
	}
	select {
	case <-time.After(time.Duration(ms.Value) * time.Millisecond):
		return &ms, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// metadata returns what came under the name "a", with commas.
func metadata(ctx context.Context, _ func(any) error) (any, error) {
	md, _ := ttrpc.GetMetadata(ctx)
	return wrapperspb.String(strings.Join(md["a"], ",")), nil
}
