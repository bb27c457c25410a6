package main

import (
	"fmt"
	"sync"

	"github.com/vmware/govmomi/pbm"
	pbmmethods "github.com/vmware/govmomi/pbm/methods"
	pbmsimulator "github.com/vmware/govmomi/pbm/simulator"
	pbmtypes "github.com/vmware/govmomi/pbm/types"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

const (
	namedPolicy    = "haproxy-policy"
	namedDatastore = "datastore-02"
)

// policies keeps which storage policy a virtual machine and its disks were
// given; upstream drops it.
type policies struct {
	mu      sync.Mutex
	objects map[string]string
	known   *pbmsimulator.ProfileManager
	named   string
}

func diskKey(vm types.ManagedObjectReference, key int32) string {
	return fmt.Sprintf("%s:%d", vm.Value, key)
}

// set keeps the policy of an object; the empty one forgets it.
func (p *policies) set(object, profile string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if profile == "" {
		delete(p.objects, object)
		return
	}
	p.objects[object] = profile
}

func (p *policies) of(object string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.objects[object]
}

func (p *policies) forget(vm types.ManagedObjectReference) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for object := range p.objects {
		if object == vm.Value || len(object) > len(vm.Value) && object[:len(vm.Value)+1] == vm.Value+":" {
			delete(p.objects, object)
		}
	}
}

// all lists every policy.
func (p *policies) all() []*pbmtypes.PbmCapabilityProfile {
	res := p.known.PbmQueryProfileDetails(&pbmtypes.PbmQueryProfileDetails{})
	var profiles []*pbmtypes.PbmCapabilityProfile
	for _, detail := range res.(*pbmmethods.PbmQueryProfileDetailsBody).Res.Returnval {
		if profile, ok := detail.Profile.(*pbmtypes.PbmCapabilityProfile); ok {
			profiles = append(profiles, profile)
		}
	}
	return profiles
}

func (p *policies) exists(id string) bool {
	for _, profile := range p.all() {
		if profile.ProfileId.UniqueId == id {
			return true
		}
	}
	return false
}

// suits tells whether a datastore satisfies a policy: the named one is made so
// that only one does.
func (p *policies) suits(profile, datastore string) bool {
	return profile != p.named || datastore == namedDatastore
}

// profileOf reads VirtualMachineDefinedProfileSpec; changed is false where the
// specification says nothing.
func profileOf(specs []types.BaseVirtualMachineProfileSpec) (id string, changed bool) {
	for _, spec := range specs {
		if defined, ok := spec.(*types.VirtualMachineDefinedProfileSpec); ok {
			return defined.ProfileId, true
		}
	}
	return "", len(specs) > 0
}

// check refuses a policy that does not exist (vSphere Web Services API,
// VirtualMachineConfigSpec.vmProfile).
func (p *policies) check(spec *types.VirtualMachineConfigSpec) *problem {
	if id, _ := profileOf(spec.VmProfile); id != "" && !p.exists(id) {
		return invalid("spec.vmProfile", "There is no storage policy "+id+".")
	}
	for _, c := range spec.DeviceChange {
		if id, _ := profileOf(c.GetVirtualDeviceConfigSpec().Profile); id != "" && !p.exists(id) {
			return invalid("spec.deviceChange.profile", "There is no storage policy "+id+".")
		}
	}
	return nil
}

// record keeps the policies of a new virtual machine: its disks are in the
// order of the specification.
func (p *policies) record(vm *simulator.VirtualMachine, spec *types.VirtualMachineConfigSpec) {
	if id, changed := profileOf(spec.VmProfile); changed {
		p.set(vm.Self.Value, id)
	}
	var keys []int32
	for _, device := range vm.Config.Hardware.Device {
		if disk, ok := device.(*types.VirtualDisk); ok {
			keys = append(keys, disk.Key)
		}
	}
	for _, c := range spec.DeviceChange {
		row := c.GetVirtualDeviceConfigSpec()
		disk, ok := row.Device.(*types.VirtualDisk)
		if !ok {
			continue
		}
		key := disk.Key
		if row.Operation == types.VirtualDeviceConfigSpecOperationAdd {
			if len(keys) == 0 {
				continue
			}
			key, keys = keys[0], keys[1:]
		}
		if id, changed := profileOf(row.Profile); changed {
			p.set(diskKey(vm.Self, key), id)
		}
	}
}

// profileManager reads the association back (VMware Storage Policy API,
// PbmProfileProfileManager.PbmQueryAssociatedProfile).
type profileManager struct {
	*pbmsimulator.ProfileManager
	v *vcenter
}

func (m *profileManager) associated(entity pbmtypes.PbmServerObjectRef) []pbmtypes.PbmProfileId {
	keys := []string{entity.Key}
	if entity.ObjectType == string(pbmtypes.PbmObjectTypeVirtualMachineAndDisks) {
		ref := types.ManagedObjectReference{Type: "VirtualMachine", Value: entity.Key}
		if vm, ok := m.v.registry.Get(ref).(*simulator.VirtualMachine); ok {
			for _, device := range vm.Config.Hardware.Device {
				if disk, ok := device.(*types.VirtualDisk); ok {
					keys = append(keys, diskKey(ref, disk.Key))
				}
			}
		}
	}
	var ids []pbmtypes.PbmProfileId
	for _, key := range keys {
		if id := m.v.policies.of(key); id != "" {
			ids = append(ids, pbmtypes.PbmProfileId{UniqueId: id})
		}
	}
	return ids
}

func (m *profileManager) PbmQueryAssociatedProfile(req *pbmtypes.PbmQueryAssociatedProfile) soap.HasFault {
	return &pbmmethods.PbmQueryAssociatedProfileBody{Res: &pbmtypes.PbmQueryAssociatedProfileResponse{
		Returnval: m.associated(req.Entity)}}
}

func (m *profileManager) PbmQueryAssociatedProfiles(req *pbmtypes.PbmQueryAssociatedProfiles) soap.HasFault {
	body := &pbmmethods.PbmQueryAssociatedProfilesBody{Res: new(pbmtypes.PbmQueryAssociatedProfilesResponse)}
	for _, entity := range req.Entities {
		body.Res.Returnval = append(body.Res.Returnval,
			pbmtypes.PbmQueryProfileResult{Object: entity, ProfileId: m.associated(entity)})
	}
	return body
}

// placementSolver tells the truth about compatibility (VMware Storage Policy
// API, PbmPlacementSolver); upstream calls every datastore compatible.
type placementSolver struct {
	*pbmsimulator.PlacementSolver
	v *vcenter
}

func (m *placementSolver) hubs(wanted []pbmtypes.PbmPlacementHub) []pbmtypes.PbmPlacementHub {
	if len(wanted) > 0 {
		return wanted
	}
	var hubs []pbmtypes.PbmPlacementHub
	for _, e := range sorted(m.v.registry.All("Datastore")) {
		hubs = append(hubs, pbmtypes.PbmPlacementHub{HubType: "Datastore", HubId: e.Reference().Value})
	}
	return hubs
}

func (m *placementSolver) place(wanted []pbmtypes.PbmPlacementHub, profiles []string) []pbmtypes.PbmPlacementCompatibilityResult {
	var rows []pbmtypes.PbmPlacementCompatibilityResult
	for _, hub := range m.hubs(wanted) {
		row := pbmtypes.PbmPlacementCompatibilityResult{Hub: hub}
		e, _ := m.v.registry.Get(types.ManagedObjectReference{Type: "Datastore", Value: hub.HubId}).(mo.Entity)
		for _, profile := range profiles {
			if e == nil || !m.v.policies.suits(profile, nameOf(e)) {
				row.Error = append(row.Error, types.LocalizedMethodFault{
					Fault:            &pbmtypes.PbmCompatibilityCheckFault{Hub: hub},
					LocalizedMessage: "The datastore does not satisfy the requirements of the storage policy.",
				})
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func (m *placementSolver) PbmCheckCompatibility(_ *simulator.Context, req *pbmtypes.PbmCheckCompatibility) soap.HasFault {
	body := new(pbmmethods.PbmCheckCompatibilityBody)
	if !m.v.policies.exists(req.Profile.UniqueId) {
		body.Fault_ = simulator.Fault("There is no such storage policy.", &types.InvalidArgument{InvalidProperty: "profile"})
		return body
	}
	body.Res = &pbmtypes.PbmCheckCompatibilityResponse{Returnval: m.place(req.HubsToSearch, []string{req.Profile.UniqueId})}
	return body
}

func (m *placementSolver) PbmCheckRequirements(_ *simulator.Context, req *pbmtypes.PbmCheckRequirements) soap.HasFault {
	var ids []string
	for _, requirement := range req.PlacementSubjectRequirement {
		if profile, ok := requirement.(*pbmtypes.PbmPlacementCapabilityProfileRequirement); ok {
			ids = append(ids, profile.ProfileId.UniqueId)
		}
	}
	return &pbmmethods.PbmCheckRequirementsBody{Res: &pbmtypes.PbmCheckRequirementsResponse{Returnval: m.place(req.HubsToSearch, ids)}}
}

func (m *placementSolver) PbmQueryMatchingHub(req *pbmtypes.PbmQueryMatchingHub) soap.HasFault {
	body := &pbmmethods.PbmQueryMatchingHubBody{Res: new(pbmtypes.PbmQueryMatchingHubResponse)}
	for _, row := range m.place(req.HubsToSearch, []string{req.Profile.UniqueId}) {
		if len(row.Error) == 0 {
			body.Res.Returnval = append(body.Res.Returnval, row.Hub)
		}
	}
	return body
}

// registerPolicies replaces upstream's storage policy service with the same one
// plus the above, and one more policy.
func (v *vcenter) registerPolicies(service *simulator.Service) {
	r := pbmsimulator.New()
	content := r.Get(pbm.ServiceInstance).(*pbmsimulator.ServiceInstance).Content
	manager := r.Get(content.ProfileManager).(*pbmsimulator.ProfileManager)
	solver := r.Get(content.PlacementSolver).(*pbmsimulator.PlacementSolver)
	v.policies.known = manager

	ctx := &simulator.Context{Session: &simulator.Session{UserSession: types.UserSession{UserName: v.options.username}}}
	res := manager.PbmCreate(ctx, &pbmtypes.PbmCreate{CreateSpec: pbmtypes.PbmCapabilityProfileCreateSpec{
		Name: namedPolicy, Description: "Storage of the load balancer: " + namedDatastore, Category: "REQUIREMENT",
		ResourceType: pbmtypes.PbmProfileResourceType{ResourceType: "STORAGE"},
		Constraints:  &pbmtypes.PbmCapabilitySubProfileConstraints{SubProfiles: []pbmtypes.PbmCapabilitySubProfile{{Name: "sp-1"}}},
	}})
	v.policies.named = res.(*pbmmethods.PbmCreateBody).Res.Returnval.UniqueId

	r.Put(&profileManager{manager, v})
	r.Put(&placementSolver{solver, v})
	r.Handler = func(_ *simulator.Context, m *simulator.Method) (mo.Reference, types.BaseMethodFault) {
		v.calls.count(m.Name)
		if order := v.faults.next(m.Name); order != nil {
			return nil, order.build(m)
		}
		return nil, nil
	}
	service.RegisterSDK(r)
}
