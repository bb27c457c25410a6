// Command vcsim serves govmomi's vCenter simulator exactly as the pinned release
// has it: nothing is added, nothing is replaced. Only this front is ours, because
// the release's own main package is a nested Go module that the module proxy does
// not always have. It takes the flags of the original that our tests use, and
// prints the same line when it is ready.
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"log"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/vmware/govmomi/simulator"

	_ "github.com/vmware/govmomi/cns/simulator"
	_ "github.com/vmware/govmomi/eam/simulator"
	_ "github.com/vmware/govmomi/lookup/simulator"
	_ "github.com/vmware/govmomi/pbm/simulator"
	_ "github.com/vmware/govmomi/ssoadmin/simulator"
	_ "github.com/vmware/govmomi/sts/simulator"
	_ "github.com/vmware/govmomi/vapi/appliance/simulator"
	_ "github.com/vmware/govmomi/vapi/cis/tasks/simulator"
	_ "github.com/vmware/govmomi/vapi/cluster/simulator"
	_ "github.com/vmware/govmomi/vapi/crypto/simulator"
	_ "github.com/vmware/govmomi/vapi/esx/settings/clusters/vms/simulator"
	_ "github.com/vmware/govmomi/vapi/esx/settings/simulator"
	_ "github.com/vmware/govmomi/vapi/namespace/simulator"
	_ "github.com/vmware/govmomi/vapi/simulator"
	_ "github.com/vmware/govmomi/vapi/vcenter/consumptiondomains/simulator"
	_ "github.com/vmware/govmomi/vapi/vm/simulator"
	_ "github.com/vmware/govmomi/vsan/simulator"
	_ "github.com/vmware/govmomi/vslm/simulator"
)

func main() {
	model := simulator.VPX()
	about := &model.ServiceContent.About

	listen := flag.String("l", "127.0.0.1:8989", "address to listen on; port 0 picks a free one")
	user := flag.String("username", "", "the only user that may log in (anyone, if empty)")
	password := flag.String("password", "", "password of that user")
	useTLS := flag.Bool("tls", true, "serve https")
	certificate := flag.String("tlscert", "", "PEM file of the server's certificate")
	key := flag.String("tlskey", "", "PEM file of its key")
	load := flag.String("load", "", "folder of a saved inventory to serve")
	methodDelay := flag.String("method-delay", "", "milliseconds per method: name:ms,name:ms")
	flag.StringVar(&about.ApiVersion, "api-version", about.ApiVersion, "API version to announce")
	flag.BoolVar(&model.Autostart, "autostart", model.Autostart, "power the made VMs on")
	flag.BoolVar(&simulator.Trace, "trace", false, "write every SOAP message to stderr")
	flag.IntVar(&model.DelayConfig.Delay, "delay", 0, "milliseconds before each answer")
	flag.Float64Var(&model.DelayConfig.DelayJitter, "delay-jitter", 0, "variation of the delay")

	for _, count := range []struct {
		name  string
		field *int
		what  string
	}{
		{"dc", &model.Datacenter, "datacenters"},
		{"folder", &model.Folder, "folders around the datacenters"},
		{"cluster", &model.Cluster, "clusters per datacenter"},
		{"host", &model.ClusterHost, "hosts per cluster"},
		{"standalone-host", &model.Host, "hosts outside clusters"},
		{"pool", &model.Pool, "resource pools per cluster"},
		{"app", &model.App, "vApps per cluster"},
		{"ds", &model.Datastore, "datastores"},
		{"pod", &model.Pod, "datastore clusters"},
		{"pg", &model.Portgroup, "distributed port groups per datacenter"},
		{"pg-nsx", &model.PortgroupNSX, "NSX port groups per datacenter"},
		{"nsx", &model.OpaqueNetwork, "opaque networks per datacenter"},
		{"vm", &model.Machine, "virtual machines per resource pool"},
	} {
		flag.IntVar(count.field, count.name, *count.field, "number of "+count.what)
	}
	flag.Parse()

	delays, err := parseDelays(*methodDelay)
	if err != nil {
		log.Fatal(err)
	}
	model.DelayConfig.MethodDelay = delays
	simulator.TaskDelay.MethodDelay = delays

	if *load == "" {
		err = model.Create()
	} else {
		err = model.Load(*load)
	}
	if err != nil {
		log.Fatal(err)
	}
	// The datastores are temporary folders; a way out that skips this leaves them behind.
	defer model.Remove()

	address := &url.URL{Host: *listen}
	if *user != "" {
		address.User = url.UserPassword(*user, *password)
	}
	service := model.Service
	service.Listen = address
	service.RegisterEndpoints = true
	if *useTLS {
		service.TLS = new(tls.Config)
		if *certificate != "" {
			pair, err := tls.LoadX509KeyPair(*certificate, *key)
			if err != nil {
				log.Print(err)
				return
			}
			service.TLS.Certificates = []tls.Certificate{pair}
		}
	}
	server := service.NewServer()
	defer server.Close()

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
	fmt.Printf("export GOVC_URL=%s GOVC_SIM_PID=%d\n", server.URL, os.Getpid())
	<-stop
}

func parseDelays(text string) (map[string]int, error) {
	delays := map[string]int{}
	if text == "" {
		return delays, nil
	}
	for _, part := range strings.Split(text, ",") {
		method, value, _ := strings.Cut(strings.TrimSpace(part), ":")
		milliseconds, err := strconv.Atoi(value)
		if err != nil {
			return nil, fmt.Errorf("-method-delay %q: want name:milliseconds", part)
		}
		delays[method] = milliseconds
	}
	return delays, nil
}
