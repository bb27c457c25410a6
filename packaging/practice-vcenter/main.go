// Command practice-vcenter is a vCenter to practise and test against: govmomi's
// simulator plus just what the stock one lacks. See README.md.
package main

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/types"

	vapi "github.com/vmware/govmomi/vapi/simulator"
)

// libraryItem is one OVA to put into a content library at start.
type libraryItem struct {
	library, item, ova string
}

// options are the flags; the password comes from the environment alone.
type options struct {
	listen         string
	username       string
	password       string
	items          []libraryItem
	hosts          int
	clusters       int
	vms            int
	apiVersion     string
	aboutVersion   string
	direct         bool
	noAPI          bool
	control        bool
	untilEOF       bool
	verbose        bool
	certificateOut string
	leaseTimeout   time.Duration
	oldHosts       map[string]string
}

func parseOptions(args []string) (*options, error) {
	o := &options{oldHosts: make(map[string]string)}
	set := flag.NewFlagSet("practice-vcenter", flag.ContinueOnError)
	set.StringVar(&o.listen, "listen", "127.0.0.1:0", "loopback address and port; port 0 takes a free one")
	set.StringVar(&o.username, "username", "administrator@vsphere.local", "the only user")
	set.Func("library", "content library; goes with -ova and -item, may be repeated", func(s string) error {
		o.items = append(o.items, libraryItem{library: s})
		return nil
	})
	set.Func("ova", "OVA to put into the -library given before it", func(s string) error {
		if len(o.items) == 0 {
			return errors.New("-library must come first")
		}
		o.items[len(o.items)-1].ova = s
		return nil
	})
	set.Func("item", "name of the item in the -library given before it; by default that of the OVA", func(s string) error {
		if len(o.items) == 0 {
			return errors.New("-library must come first")
		}
		o.items[len(o.items)-1].item = s
		return nil
	})
	set.IntVar(&o.hosts, "hosts", 3, "hosts in each cluster")
	set.IntVar(&o.clusters, "clusters", 1, "clusters")
	set.IntVar(&o.vms, "vms", 0, "virtual machines that are there already")
	set.StringVar(&o.apiVersion, "api-version", "8.0.3.0", "about.apiVersion")
	set.StringVar(&o.aboutVersion, "about-version", "8.0.3", "about.version")
	set.BoolVar(&o.direct, "esx-direct", false, "say that this is an ESXi host, not a vCenter")
	set.BoolVar(&o.noAPI, "no-api", false, "serve no /api, as before 7.0 U2")
	set.BoolVar(&o.control, "control", false, "serve /practice/..., for tests")
	set.BoolVar(&o.untilEOF, "until-eof", false, "end when standard input does")
	set.BoolVar(&o.verbose, "verbose", false, "log to standard error")
	set.StringVar(&o.certificateOut, "certificate-out", "", "write the server's certificate to this file too")
	set.DurationVar(&o.leaseTimeout, "lease-timeout", 300*time.Second, "an import with no sign of life ends after this")
	set.Func("old-host", "NAME=VERSION: give a host an older ESXi; may be repeated", func(s string) error {
		name, version, ok := strings.Cut(s, "=")
		if !ok {
			return errors.New("NAME=VERSION is expected")
		}
		o.oldHosts[name] = version
		return nil
	})
	if err := set.Parse(args); err != nil {
		return nil, err
	}
	o.password = os.Getenv("PRACTICE_VCENTER_PASSWORD")
	switch {
	case set.NArg() > 0:
		return nil, fmt.Errorf("unexpected argument %s", set.Arg(0))
	case o.username == "":
		return nil, errors.New("-username is empty")
	case o.password == "":
		return nil, errors.New("PRACTICE_VCENTER_PASSWORD is not set")
	case o.hosts < 1 || o.clusters < 1 || o.vms < 0:
		return nil, errors.New("at least one host and one cluster are needed")
	}
	host, _, err := net.SplitHostPort(o.listen)
	if err != nil {
		return nil, err
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return nil, errors.New("-listen takes a loopback address only")
	}
	return o, nil
}

func main() {
	o, err := parseOptions(os.Args[1:])
	if errors.Is(err, flag.ErrHelp) {
		os.Exit(0)
	}
	if err == nil {
		err = run(o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "practice-vcenter:", err)
		os.Exit(1)
	}
}

func run(o *options) error {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	if o.untilEOF {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			stop <- syscall.SIGTERM
		}()
	}
	if !o.verbose {
		log.SetOutput(io.Discard)
	}
	own, err := newCertificate()
	if err != nil {
		return err
	}
	if o.certificateOut != "" {
		if err := os.WriteFile(o.certificateOut, []byte(own.pem), 0o644); err != nil {
			return err
		}
	}
	model := simulator.VPX()
	model.Datacenter = 0
	defer model.Remove()
	identify(model, o)
	if err := model.Create(); err != nil {
		return err
	}
	home, err := os.MkdirTemp("", "practice-vcenter-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(home)

	v := &vcenter{
		options: o, certificate: own, service: model.Service, registry: model.Map(),
		switches: newSwitches(), faults: new(faults), privileges: new(privileges),
		leases:   &leases{byToken: make(map[string]*HttpNfcLease), vms: make(map[types.ManagedObjectReference]*HttpNfcLease)},
		policies: &policies{objects: make(map[string]string)},
		calls:    &calls{counts: make(map[string]int)},
		sizes:    &sizes{device: make(map[string]int64)},
		sessions: &sessions{ids: make(map[string]bool)},
		updates:  &updates{home: home, sessions: make(map[string]*updateSession)},
	}
	if err := v.build(home); err != nil {
		return err
	}
	v.registerPolicies(model.Service)
	v.registry.SessionManager().ValidLogin = v.validLogin

	model.Service.TLS = &tls.Config{Certificates: []tls.Certificate{own.pair}}
	model.Service.Listen = &url.URL{Host: o.listen, User: url.UserPassword(o.username, o.password)}
	server := model.Service.NewServer()
	defer server.Server.CloseClientConnections()
	if !o.direct {
		patterns, handler := vapi.New(model.Service.Listen, v.registry)
		for _, pattern := range patterns {
			model.Service.Handle(pattern, handler)
		}
	}
	v.upstream = model.Service.ServeMux
	server.Server.Config.Handler = v.routes()
	for _, item := range o.items {
		if err := v.fillLibrary(item); err != nil {
			return fmt.Errorf("library %s: %w", item.library, err)
		}
	}
	if o.direct {
		v.service.Context.Map.Get(vim25.ServiceInstance).(*simulator.ServiceInstance).Content.About.ApiType = "HostAgent"
	}
	v.registry.Handler = v.dispatch

	if err := v.announce(server.URL); err != nil {
		return err
	}
	<-stop
	return nil
}

// identify says what the client reads in ServiceContent.about.
func identify(model *simulator.Model, o *options) {
	about := &model.ServiceContent.About
	about.Version, about.ApiVersion = o.aboutVersion, o.apiVersion
	about.Build, about.ApiType = "24022515", "VirtualCenter"
	about.Name, about.Vendor = "VMware vCenter Server", "VMware, Inc."
	about.ProductLineId, about.OsType = "vpx", "linux-x64"
	about.FullName = fmt.Sprintf("%s %s build-%s (practice)", about.Name, about.Version, about.Build)
	if o.direct {
		about.Name, about.ProductLineId = "VMware ESXi", "embeddedEsx"
		about.FullName = fmt.Sprintf("%s %s build-%s (practice)", about.Name, about.Version, about.Build)
	}
}

// announce prints the one line that says where the server is.
func (v *vcenter) announce(u *url.URL) error {
	_, port, err := net.SplitHostPort(u.Host)
	if err != nil {
		return err
	}
	var number int
	if _, err := fmt.Sscan(port, &number); err != nil {
		return err
	}
	sdk := url.URL{Scheme: "https", Host: u.Host, Path: u.Path}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"address": u.Hostname(), "port": number, "user": v.options.username,
		"certificate": v.certificate.pem, "sdk": sdk.String(),
	})
}

// itemName is that of the OVA where none was given.
func (i libraryItem) itemName() string {
	if i.item != "" {
		return i.item
	}
	return strings.TrimSuffix(filepath.Base(i.ova), filepath.Ext(i.ova))
}
