// Package main is the other side of the conversation with hoist's ttrpc: Go's own, with the messages that containerd is built with.
//
//	peer serve SOCKET TYPE...   a server, until its standard input ends
//	peer call SOCKET TYPE...    a client, which tries all that it can and says what is wrong
//
// TYPE is the name of a message: a method of that name takes one and returns it.
package main

import (
	"fmt"
	"os"

	_ "github.com/containerd/containerd/api/events"
	_ "github.com/containerd/containerd/api/runtime/bootstrap/v1"
	_ "github.com/containerd/containerd/api/runtime/task/v2"
	_ "github.com/containerd/containerd/api/runtime/task/v3"
	_ "github.com/containerd/containerd/api/services/events/v1"
	_ "github.com/containerd/containerd/api/services/ttrpc/events/v1"
	_ "github.com/containerd/containerd/api/types"
	_ "github.com/containerd/containerd/api/types/runc/options"
	_ "github.com/containerd/containerd/api/types/runtimeoptions/v1"
	_ "github.com/containerd/containerd/api/types/task"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// service is the name under which both sides serve what is not containerd's.
const service = "fuzz.Service"

func newMessage(name string) proto.Message {
	found, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(name))
	if err != nil {
		panic(fmt.Sprintf("%s: %v", name, err))
	}
	return found.New().Interface()
}

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: peer serve|call SOCKET TYPE...")
		os.Exit(2)
	}
	var err error
	if socket, types := os.Args[2], os.Args[3:]; os.Args[1] == "serve" {
		err = serve(socket, types)
	} else {
		err = call(socket, types)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
