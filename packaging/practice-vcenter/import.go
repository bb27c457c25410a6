package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// pool imports under a lease of ours (vSphere Web Services API,
// ResourcePool.ImportVApp); the virtual machine itself is made by upstream.
type pool struct {
	*simulator.ResourcePool
	v *vcenter
}

// pool returns a resource pool, or nil.
func (v *vcenter) pool(ref types.ManagedObjectReference) *pool {
	p, ok := v.registry.Get(ref).(*simulator.ResourcePool)
	if !ok {
		return nil
	}
	return &pool{p, v}
}

func (p *pool) ImportVApp(ctx *simulator.Context, req *types.ImportVApp) soap.HasFault {
	lease, fault := p.start(ctx, req)
	if fault != nil {
		return &methods.ImportVAppBody{Fault_: simulator.Fault(fault.message, fault.fault)}
	}
	return &methods.ImportVAppBody{Res: &types.ImportVAppResponse{Returnval: lease.Self}}
}

// start checks the call and goes on in the background.
func (p *pool) start(ctx *simulator.Context, req *types.ImportVApp) (*HttpNfcLease, *problem) {
	spec, ok := req.Spec.(*types.VirtualMachineImportSpec)
	if !ok {
		return nil, invalid("spec", "A VirtualMachineImportSpec is expected.")
	}
	ref := p.v.datacenter(p.ResourcePool).VmFolder
	if req.Folder != nil {
		ref = *req.Folder
	}
	folder, ok := ctx.Map.Get(ref).(*simulator.Folder)
	if !ok {
		return nil, &problem{&types.ManagedObjectNotFound{Obj: ref}, "The folder does not exist."}
	}
	if !slices.Contains(folder.ChildType, "VirtualMachine") || p.v.datacenter(folder) != p.v.datacenter(p.ResourcePool) {
		return nil, invalid("folder", "A virtual machine folder of the same datacenter is expected.")
	}
	if req.Host != nil {
		host, ok := ctx.Map.Get(*req.Host).(*simulator.HostSystem)
		if !ok {
			return nil, &problem{&types.ManagedObjectNotFound{Obj: *req.Host}, "The host does not exist."}
		}
		if p.v.cluster(host) != p.v.cluster(p.ResourcePool) {
			return nil, invalid("host", "The host is not in the cluster of the resource pool.")
		}
	}
	lease := newLease(ctx, p.v)
	lease.task = startTask(ctx, p.ResourcePool, "ImportVAppLRO")
	go p.create(lease, folder, spec, req.Host)
	return lease, nil
}

func (p *pool) create(lease *HttpNfcLease, folder *simulator.Folder, spec *types.VirtualMachineImportSpec, host *types.ManagedObjectReference) {
	config := &spec.ConfigSpec
	wrong := p.check(folder, config)
	if wrong == nil {
		wrong = p.checkHost(config, host)
	}
	if wrong != nil {
		lease.fail(wrong)
		return
	}
	own := *lease.ctx
	home := p.v.claimFolder(config)
	create := &types.CreateVM_Task{This: folder.Self, Config: *config, Pool: p.Self, Host: host}
	if strings.Contains(config.Name, "%") {
		// Upstream, escaping a name, doubles every list of the specification;
		// so the machine comes into being under a name that needs no escape.
		create.Config.Name = strings.ReplaceAll(config.Name, "%", "~")
	}
	res := folder.CreateVMTask(&own, create)
	info := waitFor(&own, res.(*methods.CreateVM_TaskBody).Res.Returnval)
	if info.Error != nil {
		// Upstream leaves the files there, and the name could never be used again.
		if home != "" {
			_ = os.RemoveAll(home)
		}
		lease.fail(&problem{info.Error.Fault, "The virtual machine could not be created: " + info.Error.LocalizedMessage})
		return
	}
	vm := own.Map.Get(info.Result.(types.ManagedObjectReference)).(*simulator.VirtualMachine)
	own.WithLock(vm, func() {
		if vapp, ok := config.VAppConfig.(*types.VAppConfigSpec); ok && vm.Config.VAppConfig != nil {
			kept := vm.Config.VAppConfig.GetVmConfigInfo()
			kept.Eula = vapp.Eula
			kept.OvfEnvironmentTransport = vapp.OvfEnvironmentTransport
		}
		label(vm)
		if vm.Name != config.Name {
			own.Update(vm, []types.PropertyChange{{Name: "name", Val: config.Name},
				{Name: "config.name", Val: config.Name}, {Name: "summary.config.name", Val: config.Name}})
		}
	})
	p.v.policies.record(vm, config)
	p.v.attachToPortgroups(&own, vm)
	lease.open(vm)
}

// claimFolder makes the folder for the virtual machine's files and puts its path
// into the specification, whose own says no more than the datastore. It is
// called as the machine; where that is taken, name_1 and so on, as a vCenter
// does (vmware/vic#1125, vmware/govmomi#1694): a machine that was renamed keeps
// its folder. Upstream finds a free one too, but leaves the disks with the name
// of the machine, and so refuses an import because of the files of another one.
func (v *vcenter) claimFolder(config *types.VirtualMachineConfigSpec) string {
	var place object.DatastorePath
	if config.Files == nil || !place.FromString(config.Files.VmPathName) || place.Path != "" {
		return ""
	}
	store, ok := v.byName("Datastore", place.Datastore).(*simulator.Datastore)
	if !ok || filepath.Base(config.Name) != config.Name {
		return ""
	}
	root, name := store.Info.GetDatastoreInfo().Url, config.Name
	for i := 1; ; i++ {
		err := os.Mkdir(filepath.Join(root, name), 0o700)
		if err == nil {
			break
		}
		if !os.IsExist(err) {
			return ""
		}
		name = fmt.Sprintf("%s_%d", config.Name, i)
	}
	place.Path = name + "/" + config.Name + ".vmx"
	config.Files.VmPathName = place.String()
	for _, change := range config.DeviceChange {
		backing, ok := change.GetVirtualDeviceConfigSpec().Device.GetVirtualDevice().Backing.(types.BaseVirtualDeviceFileBackingInfo)
		if !ok {
			continue
		}
		file := backing.GetVirtualDeviceFileBackingInfo()
		if rest, ours := strings.CutPrefix(file.FileName, "["+place.Datastore+"] "+config.Name+"/"); ours {
			at := object.DatastorePath{Datastore: place.Datastore, Path: name + "/" + rest}
			file.FileName = at.String()
		}
	}
	return filepath.Join(root, name)
}

// check finds what upstream reports late, wrongly or by a panic.
func (p *pool) check(folder *simulator.Folder, config *types.VirtualMachineConfigSpec) *problem {
	if config.Name == "" {
		return &problem{&types.InvalidName{}, "The name of the virtual machine is missing."}
	}
	if other := p.v.named(folder, config.Name); other != nil {
		return &problem{&types.DuplicateName{Name: config.Name, Object: other.Reference()},
			"The name '" + config.Name + "' already exists."}
	}
	if vapp, ok := config.VAppConfig.(*types.VAppConfigSpec); ok {
		for _, row := range vapp.Property {
			info := row.Info
			if info == nil || info.Value == "" || info.Value == info.DefaultValue ||
				info.UserConfigurable != nil && *info.UserConfigurable {
				continue
			}
			return &problem{&types.NotUserConfigurableProperty{VAppPropertyFault: types.VAppPropertyFault{
				Id: info.Id, Category: info.Category, Label: info.Label, Type: info.Type, Value: info.Value}},
				"The property '" + info.Id + "' cannot be set by the user."}
		}
	}
	return p.v.policies.check(config)
}

// label names the NICs as a vCenter does; upstream calls every one ethernet--7.
func label(vm *simulator.VirtualMachine) {
	number := 0
	for _, device := range vm.Config.Hardware.Device {
		if _, ok := device.(types.BaseVirtualEthernetCard); !ok {
			continue
		}
		number++
		if info, ok := device.GetVirtualDevice().DeviceInfo.(*types.Description); ok {
			info.Label = "Network adapter " + string(rune('0'+number))
		}
	}
}

// machine guards a virtual machine while its lease is open, and keeps the
// storage policies of a reconfiguration.
type machine struct {
	*simulator.VirtualMachine
	v *vcenter
}

// busy: a virtual machine under import is locked by the task of the import.
func (m *machine) busy() *soap.Fault {
	lease := m.v.leases.holder(m.Self)
	if lease == nil {
		return nil
	}
	return simulator.Fault("Another task is already in progress.", &types.TaskInProgress{Task: lease.task.Self})
}

func (m *machine) PowerOnVMTask(ctx *simulator.Context, req *types.PowerOnVM_Task) soap.HasFault {
	if fault := m.busy(); fault != nil {
		return &methods.PowerOnVM_TaskBody{Fault_: fault}
	}
	return m.VirtualMachine.PowerOnVMTask(ctx, req)
}

func (m *machine) DestroyTask(ctx *simulator.Context, req *types.Destroy_Task) soap.HasFault {
	if fault := m.busy(); fault != nil {
		return &methods.Destroy_TaskBody{Fault_: fault}
	}
	return m.VirtualMachine.DestroyTask(ctx, req)
}

func (m *machine) UnregisterVM(ctx *simulator.Context, req *types.UnregisterVM) soap.HasFault {
	if fault := m.busy(); fault != nil {
		return &methods.UnregisterVMBody{Fault_: fault}
	}
	return m.VirtualMachine.UnregisterVM(ctx, req)
}

func (m *machine) ReconfigVMTask(ctx *simulator.Context, req *types.ReconfigVM_Task) soap.HasFault {
	if fault := m.busy(); fault != nil {
		return &methods.ReconfigVM_TaskBody{Fault_: fault}
	}
	if p := m.v.policies.check(&req.Spec); p != nil {
		t := startTask(ctx, m.VirtualMachine, "reconfigure")
		t.finish(nil, p)
		return &methods.ReconfigVM_TaskBody{Res: &types.ReconfigVM_TaskResponse{Returnval: t.Self}}
	}
	// Upstream tells nobody when a reconfiguration is over, so the policies
	// are kept first: a client reads them right after the task.
	m.v.policies.record(m.VirtualMachine, &req.Spec)
	return m.VirtualMachine.ReconfigVMTask(ctx, req)
}

var _ mo.Entity = (*machine)(nil)
