// Writes the SDKs for Node.js and Python, as `pulumi package add` does: go run . SCHEMA FOLDER
package main

import (
	"encoding/json"
	"log"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

type files = map[string][]byte

// The schema refers to no other.
type noOthers struct{ schema.ReferenceLoader }

func main() {
	sdks := map[string]func(*schema.Package) (files, error){
		"nodejs": func(bound *schema.Package) (files, error) {
			return nodejs.GeneratePackage("pulumi", bound, nil, nil, true, nil)
		},
		"python": func(bound *schema.Package) (files, error) {
			return python.GeneratePackage("pulumi", bound, nil, nil)
		},
	}
	text, err := os.ReadFile(os.Args[1])
	check(err)
	for name, generate := range sdks {
		var spec schema.PackageSpec
		check(json.Unmarshal(text, &spec))
		bound, diagnostics, err := schema.BindSpec(spec, noOthers{}, schema.ValidationOptions{})
		check(err)
		if len(diagnostics) > 0 {
			log.Fatal(diagnostics)
		}
		generated, err := generate(bound)
		check(err)
		for file, content := range generated {
			path := filepath.Join(os.Args[2], name, file)
			check(os.MkdirAll(filepath.Dir(path), 0o755))
			check(os.WriteFile(path, content, 0o644))
		}
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
