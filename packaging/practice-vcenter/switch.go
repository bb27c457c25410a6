package main

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/google/uuid"
)

// folder creates switches as a vCenter does (vSphere Web Services API,
// Folder.CreateDVS_Task). Upstream keeps any version, returns the base type
// and leaves the uplink port group unmarked.
type folder struct {
	*simulator.Folder
	v *vcenter
}

func (f *folder) CreateDVSTask(ctx *simulator.Context, req *types.CreateDVS_Task) soap.HasFault {
	ref := runTask(ctx, f.Folder, "createDistributedVirtualSwitch", func(ctx *simulator.Context) (any, *problem) {
		return f.create(ctx, req.Spec)
	})
	return &methods.CreateDVS_TaskBody{Res: &types.CreateDVS_TaskResponse{Returnval: ref}}
}

func (f *folder) create(ctx *simulator.Context, create types.DVSCreateSpec) (any, *problem) {
	spec, ok := create.ConfigSpec.(*types.VMwareDVSConfigSpec)
	if !ok {
		return nil, invalid("spec.configSpec", "A VMwareDVSConfigSpec is expected.")
	}
	if spec.Name == "" {
		return nil, &problem{&types.InvalidName{Name: spec.Name}, "The name of the switch is missing."}
	}
	if !slices.Contains(f.ChildType, "DistributedVirtualSwitch") {
		return nil, &problem{&types.NotSupported{}, "The folder is not a network folder."}
	}
	if other := f.v.named(f.Folder, spec.Name); other != nil {
		return nil, &problem{&types.DuplicateName{Name: spec.Name, Object: other.Reference()},
			"The name '" + spec.Name + "' already exists."}
	}
	wanted := ""
	if create.ProductInfo != nil {
		wanted = create.ProductInfo.Version
	}
	version, ok := f.v.offers(wanted)
	if !ok {
		return nil, invalid("spec.productInfo.version", "This vCenter does not offer switch version "+wanted+".")
	}
	if p := checkMTU(spec.MaxMtu); p != nil {
		return nil, p
	}
	names := []string{"Uplink 1", "Uplink 2", "Uplink 3", "Uplink 4"}
	if policy, ok := spec.UplinkPortPolicy.(*types.DVSNameArrayUplinkPortPolicy); ok {
		names = policy.UplinkPortName
	}
	if len(names) == 0 || len(names) > 32 || len(slices.Compact(slices.Sorted(slices.Values(names)))) != len(names) {
		return nil, invalid("spec.configSpec.uplinkPortPolicy", "Between 1 and 32 different names are expected.")
	}

	product := productSpec(version)
	s := &simulator.DistributedVirtualSwitch{}
	s.Self.Type = "VmwareDistributedVirtualSwitch"
	s.ManagedEntity.Name, s.DistributedVirtualSwitch.Name = spec.Name, spec.Name
	s.Uuid = uuid.New().String()
	mtu := spec.MaxMtu
	if mtu == 0 {
		mtu = 1500
	}
	s.Summary = types.DVSSummary{Name: spec.Name, Uuid: s.Uuid, ProductInfo: &product, Description: spec.Description, Contact: spec.Contact}
	config := &types.VMwareDVSConfigInfo{MaxMtu: mtu, LinkDiscoveryProtocolConfig: spec.LinkDiscoveryProtocolConfig}
	if spec.LinkDiscoveryProtocolConfig == nil {
		config.LinkDiscoveryProtocolConfig = &types.LinkDiscoveryProtocolConfig{Protocol: "cdp", Operation: "listen"}
	}
	config.LacpApiVersion, config.MulticastFilteringMode = "multipleLag", "snooping"
	config.Uuid, config.Name, config.ConfigVersion = s.Uuid, spec.Name, "1"
	config.UplinkPortPolicy = &types.DVSNameArrayUplinkPortPolicy{UplinkPortName: names}
	config.ProductInfo, config.Description = product, spec.Description
	config.DefaultPortConfig, config.Policy = spec.DefaultPortConfig, spec.Policy
	if config.DefaultPortConfig == nil {
		config.DefaultPortConfig = new(types.VMwareDVSPortSetting)
	}
	config.CreateTime = time.Now()
	config.NumPorts = 0
	config.MaxPorts = 2147483647
	if spec.Contact != nil {
		config.Contact = *spec.Contact
	}
	s.Config = config
	ctx.Map.PutEntity(f.Folder, ctx.Map.NewEntity(s))
	ctx.Update(f.Folder, []types.PropertyChange{{Name: "childEntity", Val: with(f.ChildEntity, s.Self)}})

	own := &dvs{s, f.v}
	var p *problem
	ctx.WithLock(s, func() {
		p = own.addUplinkPortgroup(ctx, len(names))
		if p == nil && len(spec.Host) > 0 {
			p = own.applyHosts(ctx, spec.Host)
		}
	})
	if p != nil {
		own.remove(ctx)
		return nil, p
	}
	return s.Self, nil
}

// checkMTU follows VMwareDVSConfigSpec.maxMtu: 1280 to 9000.
func checkMTU(mtu int32) *problem {
	if mtu != 0 && (mtu < 1280 || mtu > 9000) {
		return invalid("spec.maxMtu", "Between 1280 and 9000 is expected.")
	}
	return nil
}

// dvs is a switch whose hosts and NICs are really kept (vSphere Web Services
// API, DistributedVirtualSwitch.ReconfigureDvs_Task, FetchDVPorts).
type dvs struct {
	*simulator.DistributedVirtualSwitch
	v *vcenter
}

func (d *dvs) config() *types.VMwareDVSConfigInfo { return d.Config.(*types.VMwareDVSConfigInfo) }

func (d *dvs) uplinkNames() []string {
	return d.config().UplinkPortPolicy.(*types.DVSNameArrayUplinkPortPolicy).UplinkPortName
}

// addUplinkPortgroup marks it as a vCenter does: config.uplink and the tag
// SYSTEM/DVS.UPLINKPG.
func (d *dvs) addUplinkPortgroup(ctx *simulator.Context, ports int) *problem {
	number := d.Self.Value[strings.LastIndex(d.Self.Value, "-")+1:]
	res := d.DistributedVirtualSwitch.AddDVPortgroupTask(ctx, &types.AddDVPortgroup_Task{
		This: d.Self,
		Spec: []types.DVPortgroupConfigSpec{{
			Name:     d.DistributedVirtualSwitch.Name + "-DVUplinks-" + number,
			Type:     string(types.DistributedVirtualPortgroupPortgroupTypeEarlyBinding),
			NumPorts: int32(ports),
			DefaultPortConfig: &types.VMwareDVSPortSetting{
				Vlan: &types.VmwareDistributedVirtualSwitchTrunkVlanSpec{VlanId: []types.NumericRange{{Start: 0, End: 4094}}},
			},
		}},
	})
	info := waitFor(ctx, res.(*methods.AddDVPortgroup_TaskBody).Res.Returnval)
	if info.Error != nil {
		return &problem{info.Error.Fault, info.Error.LocalizedMessage}
	}
	pg := ctx.Map.Get(d.Portgroup[len(d.Portgroup)-1]).(*simulator.DistributedVirtualPortgroup)
	ctx.Map.WithLock(ctx, pg, func() {
		pg.Config.Uplink = types.NewBool(true)
		pg.Tag = []types.Tag{{Key: "SYSTEM/DVS.UPLINKPG"}}
		pg.Config.NumPorts, pg.PortKeys = 0, nil
	})
	d.config().UplinkPortgroup = []types.ManagedObjectReference{pg.Self}
	return nil
}

func (d *dvs) ReconfigureDvsTask(ctx *simulator.Context, req *types.ReconfigureDvs_Task) soap.HasFault {
	ref := runTask(ctx, d.DistributedVirtualSwitch, "reconfigure", func(ctx *simulator.Context) (any, *problem) {
		return nil, d.reconfigure(ctx, req.Spec)
	})
	return &methods.ReconfigureDvs_TaskBody{Res: &types.ReconfigureDvs_TaskResponse{Returnval: ref}}
}

func (d *dvs) reconfigure(ctx *simulator.Context, base types.BaseDVSConfigSpec) *problem {
	spec := base.GetDVSConfigSpec()
	config := d.config()
	if spec.ConfigVersion == "" {
		return invalid("spec.configVersion", "It is required to reconfigure a switch.")
	}
	if spec.ConfigVersion != config.ConfigVersion {
		return &problem{&types.ConcurrentAccess{},
			"The resource '" + d.DistributedVirtualSwitch.Name + "' is being modified by another operation."}
	}
	if spec.UplinkPortPolicy != nil {
		return &problem{&types.NotSupported{}, "Changing the uplinks is not supported here."}
	}
	name := spec.Name
	if name != "" && name != config.Name {
		parent := d.v.parent(d.DistributedVirtualSwitch, "Folder").(*simulator.Folder)
		if other := d.v.named(parent, name); other != nil {
			return &problem{&types.DuplicateName{Name: name, Object: other.Reference()}, "The name '" + name + "' already exists."}
		}
	}
	var mtu int32
	if vmware, ok := base.(*types.VMwareDVSConfigSpec); ok {
		mtu = vmware.MaxMtu
	}
	if p := checkMTU(mtu); p != nil {
		return p
	}
	if p := d.applyHosts(ctx, spec.Host); p != nil {
		return p
	}
	if mtu != 0 {
		config.MaxMtu = mtu
	}
	if name != "" {
		config.Name, d.Summary.Name = name, name
		d.ManagedEntity.Name = name
		ctx.Update(d.DistributedVirtualSwitch, []types.PropertyChange{{Name: "name", Val: name}})
	}
	if spec.Description != "" {
		config.Description, d.Summary.Description = spec.Description, spec.Description
	}
	version, _ := strconv.Atoi(config.ConfigVersion)
	config.ConfigVersion = strconv.Itoa(version + 1)
	d.publish(ctx)
	return nil
}

// change is one host's new uplink ports; nil ports take the host away.
type change struct {
	host  *simulator.HostSystem
	ports []*uplink
}

// applyHosts changes all hosts or none. As on a vCenter, what is wrong on a host
// comes in a DvsOperationBulkFault.
func (d *dvs) applyHosts(ctx *simulator.Context, specs []types.DistributedVirtualSwitchHostMemberConfigSpec) *problem {
	var changes []change
	bulk := new(types.DvsOperationBulkFault)
	seen := make(map[types.ManagedObjectReference]bool)
	for _, spec := range specs {
		if seen[spec.Host] {
			return invalid("spec.host", "A host is given twice.")
		}
		seen[spec.Host] = true
		c, whole, own := d.plan(ctx, spec)
		if whole != nil {
			return whole
		}
		if own != nil {
			bulk.HostFault = append(bulk.HostFault, types.DvsOperationBulkFaultFaultOnHost{Host: spec.Host, Fault: *own.localized()})
			continue
		}
		changes = append(changes, *c)
	}
	if len(bulk.HostFault) > 0 {
		return &problem{bulk, "Cannot complete a vSphere Distributed Switch operation for one or more host members."}
	}
	for _, c := range changes {
		d.commit(ctx, c)
	}
	d.publish(ctx)
	return nil
}

// plan returns the change, or what is wrong with the call, or with the host.
func (d *dvs) plan(ctx *simulator.Context, spec types.DistributedVirtualSwitchHostMemberConfigSpec) (*change, *problem, *problem) {
	host, ok := ctx.Map.Get(spec.Host).(*simulator.HostSystem)
	if !ok {
		return nil, &problem{&types.ManagedObjectNotFound{Obj: spec.Host}, "The host does not exist."}, nil
	}
	member := slices.Contains(d.Summary.HostMember, host.Self)
	var nics []types.DistributedVirtualSwitchHostMemberPnicSpec
	backing, given := spec.Backing.(*types.DistributedVirtualSwitchHostMemberPnicBacking)
	if given {
		nics = backing.PnicSpec
	}
	group := d.config().UplinkPortgroup[0].Value
	switch types.ConfigSpecOperation(spec.Operation) {
	case types.ConfigSpecOperationAdd:
		switch {
		case member:
			return nil, &problem{&types.AlreadyExists{Name: host.Name}, "The specified key, name, or identifier '" + host.Name + "' already exists."}, nil
		case d.v.datacenter(host) != d.v.datacenter(d.DistributedVirtualSwitch):
			return nil, nil, invalid("spec.host.host", "The host is in another datacenter.")
		case !supports(host, d.Summary.ProductInfo.Version):
			return nil, nil, &problem{&types.NotSupported{}, "Host " + host.Name + " is not compatible with switch version " + d.Summary.ProductInfo.Version + "."}
		case host.Runtime.ConnectionState != types.HostSystemConnectionStateConnected:
			return nil, nil, &problem{&types.HostNotConnected{}, "Host " + host.Name + " is not connected."}
		}
		ports, p := connect(d.DistributedVirtualSwitch, host, d.v.switches.join(host.Self, d.uplinkNames()), group, nics)
		return &change{host, ports}, nil, p
	case types.ConfigSpecOperationEdit, types.ConfigSpecOperationRemove:
		if !member {
			return nil, &problem{&types.NotFound{}, "Host " + host.Name + " is not a member of the switch."}, nil
		}
	default:
		return nil, invalid("spec.host.operation", ""), nil
	}
	if spec.Operation == string(types.ConfigSpecOperationRemove) {
		if user := d.user(ctx, host.Vm); user != "" {
			return nil, nil, &problem{&types.ResourceInUse{Type: "DistributedVirtualSwitch", Name: d.DistributedVirtualSwitch.Name},
				"The switch is in use by virtual machine " + user + "."}
		}
		return &change{host, nil}, nil, nil
	}
	ports := d.v.switches.of(d.Self, host.Self)
	if !given {
		return &change{host, ports}, nil, nil
	}
	after, p := connect(d.DistributedVirtualSwitch, host, ports, group, nics)
	return &change{host, after}, nil, p
}

// user names a virtual machine that is connected to the switch.
func (d *dvs) user(ctx *simulator.Context, vms []types.ManagedObjectReference) string {
	for _, ref := range vms {
		vm, ok := ctx.Map.Get(ref).(*simulator.VirtualMachine)
		if !ok {
			continue
		}
		if simulator.FindReference(vm.Network, d.Portgroup...) != nil {
			return vm.Name
		}
	}
	return ""
}

// commit writes one host's membership everywhere it can be read.
func (d *dvs) commit(ctx *simulator.Context, c change) {
	host := c.host
	joined := !slices.Contains(d.Summary.HostMember, host.Self)
	left := c.ports == nil
	d.v.switches.commit(d.Self, host.Self, c.ports)

	proxies := slices.DeleteFunc(slices.Clone(host.Config.Network.ProxySwitch),
		func(p types.HostProxySwitch) bool { return p.DvsUuid == d.Uuid })
	if !left {
		proxies = append(proxies, d.proxy(c))
	}
	network := host.Network
	switch {
	case left:
		d.Summary.HostMember = without(d.Summary.HostMember, host.Self)
		network = without(network, d.Portgroup...)
	case joined:
		d.Summary.HostMember = with(d.Summary.HostMember, host.Self)
		network = with(network, d.Portgroup...)
	}
	ctx.WithLock(host, func() {
		ctx.Update(host, []types.PropertyChange{
			{Name: "config.network.proxySwitch", Val: proxies},
			{Name: "network", Val: network},
		})
	})
	for _, ref := range d.Portgroup {
		pg := ctx.Map.Get(ref).(*simulator.DistributedVirtualPortgroup)
		hosts := with(pg.Host, host.Self)
		if left {
			hosts = without(pg.Host, host.Self)
		}
		ctx.Update(pg, []types.PropertyChange{{Name: "host", Val: hosts}})
	}
	if cluster := d.v.cluster(host); cluster != nil && (joined || left) {
		networks := with(cluster.Network, d.Portgroup...)
		if left && simulator.FindReference(d.Summary.HostMember, cluster.Host...) == nil {
			networks = without(cluster.Network, d.Portgroup...)
		}
		ctx.Update(cluster, []types.PropertyChange{{Name: "network", Val: networks}})
	}
}

func (d *dvs) backing(ports []*uplink) *types.DistributedVirtualSwitchHostMemberPnicBacking {
	backing := new(types.DistributedVirtualSwitchHostMemberPnicBacking)
	for _, port := range ports {
		if port.nic != "" {
			backing.PnicSpec = append(backing.PnicSpec, types.DistributedVirtualSwitchHostMemberPnicSpec{
				PnicDevice: port.nic, UplinkPortKey: port.key, UplinkPortgroupKey: d.config().UplinkPortgroup[0].Value})
		}
	}
	return backing
}

// proxy is the switch as the host shows it (HostNetworkInfo.proxySwitch).
func (d *dvs) proxy(c change) types.HostProxySwitch {
	p := types.HostProxySwitch{
		DvsUuid: d.Uuid, DvsName: d.config().Name, Key: "key-vim.host.HostProxySwitch-" + d.Uuid,
		NumPorts: 512, ConfigNumPorts: 256, NumPortsAvailable: 256, Mtu: d.config().MaxMtu,
		Spec: types.HostProxySwitchSpec{Backing: d.backing(c.ports)},
	}
	for _, port := range c.ports {
		p.UplinkPort = append(p.UplinkPort, types.KeyValue{Key: port.key, Value: port.name})
		for _, nic := range c.host.Config.Network.Pnic {
			if nic.Device == port.nic {
				p.Pnic = append(p.Pnic, nic.Key)
			}
		}
	}
	return p
}

// publish recomputes config.host and tells watchers.
func (d *dvs) publish(ctx *simulator.Context) {
	config := d.config()
	config.Host = nil
	members := slices.Clone(d.Summary.HostMember)
	for _, ref := range members {
		ports := d.v.switches.of(d.Self, ref)
		member := types.DistributedVirtualSwitchHostMember{
			Config: types.DistributedVirtualSwitchHostMemberConfigInfo{
				Host: &ref, MaxProxySwitchPorts: 512, Backing: d.backing(ports)},
			ProductInfo: &config.ProductInfo,
			Status:      "up",
		}
		for _, port := range ports {
			member.UplinkPortKey = append(member.UplinkPortKey, port.key)
		}
		config.Host = append(config.Host, member)
	}
	d.Summary.NumHosts = int32(len(members))
	d.Summary.Host = members
	d.Summary.NumPorts = int32(len(d.v.switches.all(d.Self)))
	config.NumPorts = d.Summary.NumPorts
	ctx.Update(d.DistributedVirtualSwitch, []types.PropertyChange{
		{Name: "summary", Val: d.Summary},
		{Name: "config", Val: types.BaseDVSConfigInfo(config)},
	})
}

// FetchDVPorts adds the uplink ports to upstream's, and honours the criteria
// host and uplinkPort.
func (d *dvs) FetchDVPorts(ctx *simulator.Context, req *types.FetchDVPorts) soap.HasFault {
	criteria := types.DistributedVirtualSwitchPortCriteria{}
	if req.Criteria != nil {
		criteria = *req.Criteria
	}
	var ports []types.DistributedVirtualPort
	group := d.config().UplinkPortgroup[0].Value
	if criteria.UplinkPort == nil || *criteria.UplinkPort {
		for _, port := range d.v.switches.all(d.Self) {
			host := port.host
			row := types.DistributedVirtualPort{
				Key: port.key, DvsUuid: d.Uuid, PortgroupKey: group, ProxyHost: &host,
				Config:           types.DVPortConfigInfo{Name: port.name, ConfigVersion: "0"},
				LastStatusChange: time.Now(),
			}
			if port.nic != "" {
				row.Connectee = &types.DistributedVirtualSwitchPortConnectee{
					ConnectedEntity: &host, NicKey: port.nic,
					Type: string(types.DistributedVirtualSwitchPortConnecteeConnecteeTypePnic)}
			}
			ports = append(ports, row)
		}
	}
	if criteria.UplinkPort == nil || !*criteria.UplinkPort {
		res := d.DistributedVirtualSwitch.FetchDVPorts(ctx, &types.FetchDVPorts{This: d.Self})
		ports = append(ports, res.(*methods.FetchDVPortsBody).Res.Returnval...)
	}
	inside := criteria.Inside == nil || *criteria.Inside
	ports = slices.DeleteFunc(ports, func(p types.DistributedVirtualPort) bool {
		switch {
		case len(criteria.PortgroupKey) > 0 && slices.Contains(criteria.PortgroupKey, p.PortgroupKey) != inside:
		case len(criteria.PortKey) > 0 && !slices.Contains(criteria.PortKey, p.Key):
		case len(criteria.Host) > 0 && (p.ProxyHost == nil || !slices.Contains(criteria.Host, *p.ProxyHost)):
		case criteria.Connected != nil && *criteria.Connected != (p.Connectee != nil):
		default:
			return false
		}
		return true
	})
	return &methods.FetchDVPortsBody{Res: &types.FetchDVPortsResponse{Returnval: ports}}
}

// DestroyTask refuses while a virtual machine is attached, and takes the port
// groups along; upstream does neither.
func (d *dvs) DestroyTask(ctx *simulator.Context, _ *types.Destroy_Task) soap.HasFault {
	ref := runTask(ctx, d.DistributedVirtualSwitch, "destroy", func(ctx *simulator.Context) (any, *problem) {
		var vms []types.ManagedObjectReference
		for _, e := range ctx.Map.All("VirtualMachine") {
			vms = append(vms, e.Reference())
		}
		if user := d.user(ctx, vms); user != "" {
			return nil, &problem{&types.ResourceInUse{Type: d.Self.Type, Name: d.DistributedVirtualSwitch.Name},
				"The resource '" + d.DistributedVirtualSwitch.Name + "' is in use by " + user + "."}
		}
		d.remove(ctx)
		return nil, nil
	})
	return &methods.Destroy_TaskBody{Res: &types.Destroy_TaskResponse{Returnval: ref}}
}

func (d *dvs) remove(ctx *simulator.Context) {
	for _, ref := range slices.Clone(d.Summary.HostMember) {
		d.commit(ctx, change{ctx.Map.Get(ref).(*simulator.HostSystem), nil})
	}
	gone := append(slices.Clone(d.Portgroup), d.Self)
	parent := d.v.parent(d.DistributedVirtualSwitch, "Folder").(*simulator.Folder)
	dc := d.v.datacenter(d.DistributedVirtualSwitch)
	ctx.Update(parent, []types.PropertyChange{{Name: "childEntity", Val: without(parent.ChildEntity, gone...)}})
	ctx.Update(dc, []types.PropertyChange{{Name: "network", Val: without(dc.Network, gone...)}})
	for _, ref := range gone {
		ctx.Map.Remove(ctx, ref)
	}
}

var _ mo.Entity = (*dvs)(nil)
