package main

import (
	"sync"

	"github.com/vmware/govmomi/ovf"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// ovfManager adds OvfManager.ParseDescriptor and the checks of
// OvfManager.CreateImportSpec that upstream omits (vSphere Web Services API).
type ovfManager struct {
	*simulator.OvfManager
	v *vcenter
}

// ParseDescriptor answers for the chosen deployment option, errors in the
// result and not as a fault, as documented for OvfParseDescriptorResult.error.
func (m *ovfManager) ParseDescriptor(req *types.ParseDescriptor) soap.HasFault {
	body := &methods.ParseDescriptorBody{Res: new(types.ParseDescriptorResponse)}
	res := &body.Res.Returnval
	d, p := parseDescriptor(req.OvfDescriptor)
	if p != nil {
		res.Error = append(res.Error, *p.localized())
		return body
	}
	option, p := d.option(req.Pdp.DeploymentOption)
	if p != nil {
		res.Error = append(res.Error, *p.localized())
		option = d.defaultOption()
	}
	res.Eula = d.licences()
	for _, n := range d.networks(option) {
		res.Network = append(res.Network, types.OvfNetworkInfo{Name: n.Name, Description: n.Description})
	}
	for i, row := range d.properties(option) {
		res.Property = append(res.Property, d.info(row, int32(i), option))
	}
	for i, section := range d.VirtualSystem.Product {
		if section.Product != "" {
			res.ProductInfo = product(&d.VirtualSystem.Product[i], int32(i))
			break
		}
	}
	res.IpAllocationScheme, res.IpProtocols = []string{"ovfenv"}, []string{"IPv4"}
	res.Annotation, res.DefaultEntityName = d.annotation(), d.name()
	res.ApproximateDownloadSize, res.ApproximateFlatDeploymentSize, res.ApproximateSparseDeploymentSize = d.bytes()
	for _, o := range d.options() {
		res.DeploymentOption = append(res.DeploymentOption,
			types.OvfDeploymentOption{Key: o.ID, Label: o.Label, Description: o.Description})
	}
	res.DefaultDeploymentOption = d.defaultOption()
	res.EntityName = []types.KeyValue{{Key: d.VirtualSystem.ID, Value: d.name()}}
	res.Warning = m.warnings(d)
	return body
}

func product(s *ovf.ProductSection, key int32) *types.VAppProductInfo {
	return &types.VAppProductInfo{
		Key: key, ClassId: text(s.Class), InstanceId: text(s.Instance), Name: s.Product, Vendor: s.Vendor,
		Version: s.Version, FullVersion: s.FullVersion, VendorUrl: s.VendorURL, ProductUrl: s.ProductURL, AppUrl: s.AppURL,
	}
}

// warnings tells of extra configuration in the package, as a vCenter does
// before it accepts "advanced configuration options".
func (m *ovfManager) warnings(d *descriptor) []types.LocalizedMethodFault {
	var rows []types.LocalizedMethodFault
	for _, extra := range d.VirtualSystem.VirtualHardware[0].ExtraConfig {
		fault := &types.OvfUnsupportedAttributeValue{Value: extra.Value}
		rows = append(rows, types.LocalizedMethodFault{Fault: fault,
			LocalizedMessage: "The OVF package contains the advanced configuration option '" + extra.Key + "'."})
	}
	return rows
}

// sizes remembers the size of each file of an import specification under its
// device id, to find an upload that was cut short.
type sizes struct {
	mu     sync.Mutex
	device map[string]int64
}

func (s *sizes) keep(items []types.OvfFileItem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, item := range items {
		s.device[item.DeviceId] = item.Size
	}
}

func (s *sizes) of(device string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.device[device]
}

func (m *ovfManager) CreateImportSpec(ctx *simulator.Context, req *types.CreateImportSpec) (res soap.HasFault) {
	refuse := func(p *problem) soap.HasFault {
		return &methods.CreateImportSpecBody{Fault_: simulator.Fault(p.message, p.fault)}
	}
	// A hardware item that upstream does not expect must not take the server
	// down with a lock held.
	defer func() {
		if recover() != nil {
			res = refuse(invalid("ovfDescriptor", "The hardware section cannot be read."))
		}
	}()
	owner, ok := ctx.Map.Get(req.ResourcePool).(mo.Entity)
	if !ok || m.v.pool(req.ResourcePool) == nil {
		return refuse(&problem{&types.ManagedObjectNotFound{Obj: req.ResourcePool}, "The resource pool does not exist."})
	}
	store, ok := ctx.Map.Get(req.Datastore).(*simulator.Datastore)
	if !ok {
		return refuse(&problem{&types.ManagedObjectNotFound{Obj: req.Datastore}, "The datastore does not exist."})
	}
	d, p := parseDescriptor(req.OvfDescriptor)
	if p != nil {
		return refuse(invalid("ovfDescriptor", p.message))
	}
	params := req.Cisp.GetOvfCreateImportSpecParams()
	result := types.OvfCreateImportSpecResult{Warning: m.warnings(d)}
	add := func(p *problem) { result.Error = append(result.Error, *p.localized()) }

	option, p := d.option(params.DeploymentOption)
	if p != nil {
		add(p)
		return &methods.CreateImportSpecBody{Res: &types.CreateImportSpecResponse{Returnval: result}}
	}
	params.DeploymentOption = option
	if params.EntityName == "" {
		params.EntityName = d.name()
	}
	if cluster := m.v.cluster(owner); cluster != nil && simulator.FindReference(cluster.Datastore, store.Self) == nil {
		add(&problem{&types.InvalidDatastore{Datastore: &store.Self, Name: store.Name},
			"The datastore '" + store.Name + "' is not accessible from the resource pool."})
	}
	for _, p := range m.checkNetworks(ctx, d, option, params.NetworkMapping) {
		add(p)
	}
	for _, p := range m.checkProperties(d, params.PropertyMapping) {
		add(p)
	}
	if len(result.Error) > 0 {
		return &methods.CreateImportSpecBody{Res: &types.CreateImportSpecResponse{Returnval: result}}
	}

	res = m.OvfManager.CreateImportSpec(ctx, req)
	if res.Fault() != nil {
		return res
	}
	answer := &res.(*methods.CreateImportSpecBody).Res.Returnval
	answer.Warning = result.Warning
	if len(answer.Error) > 0 {
		answer.ImportSpec, answer.FileItem = nil, nil
		return res
	}
	m.complete(answer.ImportSpec.(*types.VirtualMachineImportSpec), d, option, params.PropertyMapping)
	m.v.sizes.keep(answer.FileItem)
	return res
}

// checkNetworks wants every network of the option mapped to an existing one,
// and only names of the package; a vCenter takes "any" for an unmapped one.
func (m *ovfManager) checkNetworks(ctx *simulator.Context, d *descriptor, option string, mapping []types.OvfNetworkMapping) []*problem {
	var found []*problem
	known := make(map[string]bool)
	if d.Network != nil {
		for _, network := range d.Network.Networks {
			known[network.Name] = false
		}
	}
	for _, row := range mapping {
		if _, ok := known[row.Name]; !ok {
			found = append(found, &problem{&types.OvfNetworkMappingNotSupported{},
				"The network '" + row.Name + "' is not in the OVF package."})
			continue
		}
		known[row.Name] = true
		switch o := ctx.Map.Get(row.Network).(type) {
		case *mo.Network:
		case *simulator.DistributedVirtualPortgroup:
			if o.Config.Uplink != nil && *o.Config.Uplink {
				found = append(found, invalid("networkMapping", "An uplink port group cannot carry a virtual machine."))
			}
		default:
			found = append(found, &problem{&types.ManagedObjectNotFound{Obj: row.Network},
				"The target of network '" + row.Name + "' does not exist."})
		}
	}
	for _, network := range d.networks(option) {
		if !known[network.Name] {
			found = append(found, &problem{&types.OvfNetworkMappingNotSupported{}, "The network '" + network.Name + "' is not mapped."})
		}
	}
	return found
}

// checkProperties holds values against their types; one of another option is
// not used.
func (m *ovfManager) checkProperties(d *descriptor, mapping []types.KeyValue) []*problem {
	var found []*problem
	known := make(map[string]property)
	for _, row := range d.everyProperty() {
		known[row.key()] = row
	}
	for _, row := range mapping {
		p, ok := known[row.Key]
		if !ok {
			found = append(found, &problem{&types.OvfPropertyValue{OvfProperty: types.OvfProperty{}},
				"The property '" + row.Key + "' is not in the OVF package."})
			continue
		}
		if wrong := p.check(row.Value); wrong != nil {
			found = append(found, wrong)
		}
	}
	return found
}

// complete turns upstream's specification into what the package says: only the
// properties of the option, its licence and transport, its extra configuration;
// and without upstream's copy of every property in extraConfig.
func (m *ovfManager) complete(spec *types.VirtualMachineImportSpec, d *descriptor, option string, mapping []types.KeyValue) {
	vapp := spec.ConfigSpec.VAppConfig.(*types.VAppConfigSpec)
	values := make(map[string]string)
	for _, row := range mapping {
		values[row.Key] = row.Value
	}
	add := types.ArrayUpdateSpec{Operation: types.ArrayUpdateOperationAdd}
	vapp.Property = nil
	for i, row := range d.properties(option) {
		info := d.info(row, int32(i), option)
		info.Value = values[row.key()]
		vapp.Property = append(vapp.Property, types.VAppPropertySpec{ArrayUpdateSpec: add, Info: &info})
	}
	vapp.Product = nil
	for i := range d.VirtualSystem.Product {
		vapp.Product = append(vapp.Product, types.VAppProductSpec{ArrayUpdateSpec: add, Info: product(&d.VirtualSystem.Product[i], int32(i))})
	}
	vapp.Eula = d.licences()
	vapp.OvfEnvironmentTransport = d.transport()
	spec.ConfigSpec.Annotation = d.annotation()
	spec.ConfigSpec.ExtraConfig = nil
	for _, extra := range d.VirtualSystem.VirtualHardware[0].ExtraConfig {
		spec.ConfigSpec.ExtraConfig = append(spec.ConfigSpec.ExtraConfig, &types.OptionValue{Key: extra.Key, Value: extra.Value})
	}
}
