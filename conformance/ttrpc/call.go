package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/containerd/ttrpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// call tries everything on one connection and returns all that was wrong.
func call(socket string, types []string) error {
	connection, err := net.Dial("unix", socket)
	if err != nil {
		return err
	}
	client := ttrpc.NewClient(connection)
	defer client.Close()
	problems := []error{
		statuses(client), passMetadata(client), deadline(client), together(client), sizes(client), stream(client),
	}
	for _, name := range types {
		problems = append(problems, recode(client, name))
	}
	problems = append(problems, latency(client))
	fmt.Printf("%d messages\n", len(types))
	return errors.Join(problems...)
}

func empty(client *ttrpc.Client, service, method string) error {
	return client.Call(context.Background(), service, method, &emptypb.Empty{}, &emptypb.Empty{})
}

func statuses(client *ttrpc.Client) error {
	var problems []error
	for _, each := range []struct {
		service, method string
		code            codes.Code
		message         string
	}{
		{service, "Ping", codes.OK, ""},
		{service, "Throw", codes.NotFound, "thrown"},
		{service, "Nope", codes.Unimplemented, "method Nope"},
		{"no.Service", "Ping", codes.Unimplemented, "service no.Service"},
	} {
		err := empty(client, each.service, each.method)
		if got := status.Convert(err); got.Code() != each.code || got.Message() != each.message {
			problems = append(problems, fmt.Errorf("%s/%s: %v", each.service, each.method, err))
		}
	}
	return errors.Join(problems...)
}

func passMetadata(client *ttrpc.Client) error {
	ctx := ttrpc.WithMetadata(context.Background(), ttrpc.MD{"a": {"1", "zwei €"}, "b": {"x"}})
	var answer wrapperspb.StringValue
	if err := client.Call(ctx, service, "Metadata", &emptypb.Empty{}, &answer); err != nil {
		return err
	}
	if answer.Value != "1,zwei €" {
		return fmt.Errorf("metadata came as %q", answer.Value)
	}
	return nil
}

// deadline waits for less time than the method needs: the client's own watch or the server's answer, whichever is first.
func deadline(client *ttrpc.Client) error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	err := client.Call(ctx, service, "Sleep", wrapperspb.UInt32(60_000), &wrapperspb.UInt32Value{})
	if !errors.Is(err, context.DeadlineExceeded) && status.Code(err) != codes.DeadlineExceeded {
		return fmt.Errorf("a call that takes too long: %v", err)
	}
	return empty(client, service, "Ping")
}

// together makes 100 calls at once, of which the first take longest.
func together(client *ttrpc.Client) error {
	var all sync.WaitGroup
	problems := make([]error, 100)
	start := time.Now()
	for i := range problems {
		all.Go(func() {
			want := uint32(len(problems) - i)
			var got wrapperspb.UInt32Value
			err := client.Call(context.Background(), service, "Sleep", wrapperspb.UInt32(want), &got)
			if err != nil || got.Value != want {
				problems[i] = fmt.Errorf("Sleep(%d): %d %w", want, got.Value, err)
			}
		})
	}
	all.Wait()
	if took := time.Since(start); took > 3*time.Second {
		problems = append(problems, fmt.Errorf("100 calls at once took %v: one after the other", took))
	}
	return errors.Join(problems...)
}

func sizes(client *ttrpc.Client) error {
	name := "google.protobuf.BytesValue"
	message := wrapperspb.Bytes(make([]byte, 4<<20-100))
	var answer wrapperspb.BytesValue
	if err := client.Call(context.Background(), "recode.Service", name, message, &answer); err != nil {
		return fmt.Errorf("nearly 4 MiB: %w", err)
	}
	if !proto.Equal(message, &answer) {
		return errors.New("nearly 4 MiB came back otherwise")
	}
	if err := empty(client, service, "Large"); status.Code(err) != codes.ResourceExhausted {
		return fmt.Errorf("an answer of more than 4 MiB: %v", err)
	}
	return empty(client, service, "Ping")
}

func stream(client *ttrpc.Client) error {
	for _, streaming := range []bool{true, false} {
		desc := &ttrpc.StreamDesc{StreamingClient: streaming, StreamingServer: true}
		stream, err := client.NewStream(context.Background(), desc, service, "Ping", &emptypb.Empty{})
		if err != nil {
			return err
		}
		// A client that will not say more is answered as if it had called.
		want := map[bool]codes.Code{true: codes.Unimplemented, false: codes.OK}[streaming]
		if err := stream.RecvMsg(&emptypb.Empty{}); status.Code(err) != want {
			return fmt.Errorf("a stream (of the client's: %v): %v", streaming, err)
		}
	}
	return empty(client, service, "Ping")
}

// recode sends a message with something in every field, and one with nothing, and wants them back.
func recode(client *ttrpc.Client, name string) error {
	full, next := newMessage(name), 0
	fill(full.ProtoReflect(), &next)
	for _, message := range []proto.Message{full, newMessage(name)} {
		answer := newMessage(name)
		if err := client.Call(context.Background(), "recode.Service", name, message, answer); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if !proto.Equal(message, answer) {
			return fmt.Errorf("%s: sent %v, got %v", name, message, answer)
		}
	}
	return nil
}

func fill(message protoreflect.Message, next *int) {
	fields := message.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		switch {
		case field.IsMap():
			for range 3 {
				key := value(message, field.MapKey(), next).MapKey()
				message.Mutable(field).Map().Set(key, value(message, field.MapValue(), next))
			}
		case field.IsList():
			list := message.Mutable(field).List()
			for range 3 {
				if field.Kind() == protoreflect.MessageKind {
					fill(list.AppendMutable().Message(), next)
				} else {
					list.Append(value(message, field, next))
				}
			}
		case field.Kind() == protoreflect.MessageKind:
			fill(message.Mutable(field).Message(), next)
		default:
			message.Set(field, value(message, field, next))
		}
	}
}

func value(message protoreflect.Message, field protoreflect.FieldDescriptor, next *int) protoreflect.Value {
	*next++
	switch field.Kind() {
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(strings.Repeat("größe ", *next))
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes([]byte{0, 255, byte(*next)})
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(true)
	case protoreflect.EnumKind:
		values := field.Enum().Values()
		return protoreflect.ValueOfEnum(values.Get(values.Len() - 1).Number())
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(int32(-*next))
	case protoreflect.Uint32Kind:
		return protoreflect.ValueOfUint32(^uint32(*next))
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(time.Time{}.Unix() + int64(*next))
	default:
		panic(fmt.Sprintf("%s is a %v", field.FullName(), field.Kind()))
	}
}

// latency says how long one call takes after another: for people, not for the table.
func latency(client *ttrpc.Client) error {
	var took []time.Duration
	for range 1000 {
		start := time.Now()
		if err := empty(client, service, "Ping"); err != nil {
			return err
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	fmt.Printf("a call takes %v (median of %d)\n", took[len(took)/2], len(took))
	return nil
}
