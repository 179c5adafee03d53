//go:build tools

// Package tools pins the version of OCI runtime-tools whose validation programs the conformance run builds. The imports
// keep `go mod tidy` from dropping what those programs need; nothing here is ever compiled.
package tools

import (
	_ "github.com/opencontainers/runtime-tools/cmd/runtimetest"
	_ "github.com/opencontainers/runtime-tools/validation/create"
)
