package main

import (
	"fmt"
	"slices"
	"strconv"
	"sync"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// uplink is one port of the uplink port group. A vCenter makes one for each
// uplink name and host when the host joins (DistributedVirtualSwitch.
// HostMember.uplinkPortKey), and exactly one NIC can be connected to it.
type uplink struct {
	key  string
	name string
	host types.ManagedObjectReference
	nic  string
}

// switches keeps the uplink ports of every switch, in the order of their names
// in the switch's uplink policy.
type switches struct {
	mu    sync.Mutex
	ports map[types.ManagedObjectReference][]*uplink
	next  int
}

func newSwitches() *switches {
	return &switches{ports: make(map[types.ManagedObjectReference][]*uplink), next: 10000}
}

func (s *switches) of(dvs, host types.ManagedObjectReference) []*uplink {
	s.mu.Lock()
	defer s.mu.Unlock()
	var own []*uplink
	for _, port := range s.ports[dvs] {
		if port.host == host {
			own = append(own, port)
		}
	}
	return own
}

func (s *switches) all(dvs types.ManagedObjectReference) []*uplink {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.ports[dvs])
}

// join makes the ports of a new host; nothing is kept before commit.
func (s *switches) join(host types.ManagedObjectReference, names []string) []*uplink {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ports []*uplink
	for _, name := range names {
		s.next++
		ports = append(ports, &uplink{key: strconv.Itoa(s.next), name: name, host: host})
	}
	return ports
}

// commit replaces the ports of one host; none removes it.
func (s *switches) commit(dvs, host types.ManagedObjectReference, ports []*uplink) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := slices.DeleteFunc(slices.Clone(s.ports[dvs]), func(p *uplink) bool { return p.host == host })
	s.ports[dvs] = append(kept, ports...)
}

func (s *switches) forget(dvs types.ManagedObjectReference) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.ports, dvs)
}

// nicUser names what holds a physical NIC, other than the given switch.
func nicUser(host *simulator.HostSystem, nic, dvsUUID string) (string, bool) {
	key := ""
	for _, pnic := range host.Config.Network.Pnic {
		if pnic.Device == nic {
			key = pnic.Key
		}
	}
	if key == "" {
		return "", false
	}
	for _, s := range host.Config.Network.Vswitch {
		if slices.Contains(s.Pnic, key) {
			return s.Name, true
		}
	}
	for _, s := range host.Config.Network.ProxySwitch {
		if s.DvsUuid != dvsUUID && slices.Contains(s.Pnic, key) {
			return s.DvsName, true
		}
	}
	return "", true
}

// connect places the NICs of a HostMember.PnicBacking on a host's uplink ports
// (vSphere Web Services API, DistributedVirtualSwitchHostMemberPnicBacking): the
// list is the whole of what is connected afterwards; without an uplinkPortKey
// a NIC keeps its port, or takes the first free one.
func connect(dvs *simulator.DistributedVirtualSwitch, host *simulator.HostSystem, ports []*uplink,
	uplinkPortgroup string, specs []types.DistributedVirtualSwitchHostMemberPnicSpec) ([]*uplink, *problem) {
	after := make([]*uplink, len(ports))
	byKey := make(map[string]*uplink, len(ports))
	kept := make(map[string]*uplink, len(ports))
	for i, port := range ports {
		fresh := *port
		fresh.nic = ""
		after[i] = &fresh
		byKey[port.key] = &fresh
		if port.nic != "" {
			kept[port.nic] = &fresh
		}
	}
	seen := make(map[string]bool, len(specs))
	for _, spec := range specs {
		user, exists := nicUser(host, spec.PnicDevice, dvs.Uuid)
		switch {
		case !exists:
			return nil, &problem{&types.NotFound{}, "There is no physical NIC " + spec.PnicDevice + " on host " + host.Name + "."}
		case user != "":
			return nil, &problem{&types.ResourceInUse{Type: "PhysicalNic", Name: spec.PnicDevice},
				"The resource '" + spec.PnicDevice + "' is in use by " + user + "."}
		case seen[spec.PnicDevice]:
			return nil, invalid("host.backing.pnicSpec", spec.PnicDevice+" is given twice.")
		}
		seen[spec.PnicDevice] = true
		if spec.UplinkPortgroupKey != "" && spec.UplinkPortgroupKey != uplinkPortgroup {
			return nil, invalid("host.backing.pnicSpec.uplinkPortgroupKey", "")
		}
		if spec.UplinkPortKey == "" {
			continue
		}
		port := byKey[spec.UplinkPortKey]
		if port == nil {
			return nil, invalid("host.backing.pnicSpec.uplinkPortKey",
				"Port "+spec.UplinkPortKey+" is not an uplink port of host "+host.Name+".")
		}
		if port.nic != "" {
			return nil, &problem{&types.ResourceInUse{Type: "DistributedVirtualPort", Name: port.key},
				"The uplink port " + port.name + " is in use by " + port.nic + "."}
		}
		port.nic = spec.PnicDevice
	}
	for _, spec := range specs {
		if spec.UplinkPortKey != "" {
			continue
		}
		port := kept[spec.PnicDevice]
		if port == nil || port.nic != "" {
			port = nil
			for _, free := range after {
				if free.nic == "" && !reserved(free, kept, specs) {
					port = free
					break
				}
			}
		}
		if port == nil {
			return nil, &problem{&types.ResourceInUse{Type: "DistributedVirtualPort", Name: spec.PnicDevice},
				fmt.Sprintf("Host %s has no free uplink port for %s.", host.Name, spec.PnicDevice)}
		}
		port.nic = spec.PnicDevice
	}
	return after, nil
}

// reserved: a port stays with the NIC that has it, if that NIC is still listed
// without a port of its own.
func reserved(port *uplink, kept map[string]*uplink, specs []types.DistributedVirtualSwitchHostMemberPnicSpec) bool {
	for _, spec := range specs {
		if spec.UplinkPortKey == "" && kept[spec.PnicDevice] == port {
			return true
		}
	}
	return false
}
