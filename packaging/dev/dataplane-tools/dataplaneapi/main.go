// Command dataplaneapi serves HAProxy's Data Plane API exactly as the pinned release has
// it, on the userlist of a real haproxy.cfg. Only this front is ours.
//
// The release is v1.2.5, the newest one the module proxy has: it refuses the 2.x commits.
// It answers under /v1 where the appliance's 2.1.0 answers under /v2, so this front puts
// /v2 on it; login, TLS listener, errors and the shape of /info are the release's own.
package main

import (
	"log"
	"net/http"
	"os"
	"runtime/debug"
	"strings"

	"github.com/go-openapi/loads"
	"github.com/jessevdk/go-flags"

	"github.com/haproxytech/dataplaneapi"
	"github.com/haproxytech/dataplaneapi/operations"
)

const module = "github.com/haproxytech/dataplaneapi"

func main() {
	spec, err := loads.Embedded(dataplaneapi.SwaggerJSON, dataplaneapi.FlatSwaggerJSON)
	if err != nil {
		log.Fatal(err)
	}
	dataplaneapi.Version = release()
	api := operations.NewDataPlaneAPI(spec)
	server := dataplaneapi.NewServer(api)
	defer server.Shutdown()

	parser := flags.NewParser(server, flags.Default)
	server.ConfigureFlags()
	for _, group := range api.CommandLineOptionsGroups {
		if _, err := parser.AddGroup(group.ShortDescription, group.LongDescription, group.Options); err != nil {
			log.Fatal(err)
		}
	}
	if _, err := parser.Parse(); err != nil {
		if wrong, ok := err.(*flags.Error); ok && wrong.Type == flags.ErrHelp {
			return
		}
		os.Exit(2)
	}
	server.ConfigureAPI()
	server.SetHandler(asVersion2(server.GetHandler()))
	if err := server.Serve(); err != nil {
		log.Fatal(err)
	}
}

// asVersion2 answers under /v2 what the release answers under /v1, and nothing else.
func asVersion2(v1 http.Handler) http.Handler {
	return http.HandlerFunc(func(answer http.ResponseWriter, request *http.Request) {
		rest, found := strings.CutPrefix(request.URL.Path, "/v2/")
		if !found {
			http.NotFound(answer, request)
			return
		}
		request.URL.Path = "/v1/" + rest
		request.URL.RawPath = ""
		v1.ServeHTTP(answer, request)
	})
}

// release is the version this program was built from, as go.mod pins it.
func release() string {
	info, ok := debug.ReadBuildInfo()
	if ok {
		for _, dependency := range info.Deps {
			if dependency.Path == module {
				return dependency.Version
			}
		}
	}
	return "unknown"
}
