package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

type errStatus int

func (e errStatus) Error() string { return fmt.Sprintf("status %d", int(e)) }

// dialect is how an answer about an OVF item is written: /api or /rest.
type dialect interface {
	answer(value any)
	notFound(what string)
	invalid(message string)
	forbidden(privilege string)
	failed(message string)
	// networks reads network_mappings: a map under /api, a list of key and
	// value under /rest.
	networks(raw json.RawMessage) (map[string]string, bool)
}

type apiDialect struct{ http.ResponseWriter }

func (d apiDialect) answer(value any)       { writeJSON(d, http.StatusOK, value) }
func (d apiDialect) notFound(what string)   { notFound(d, what) }
func (d apiDialect) invalid(message string) { invalidArgument(d, message) }
func (d apiDialect) forbidden(privilege string) {
	serviceError(d, http.StatusForbidden, "UNAUTHORIZED", "com.vmware.vapi.std.unauthorized", "The privilege "+privilege+" is missing.")
}
func (d apiDialect) failed(message string) {
	serviceError(d, http.StatusInternalServerError, "ERROR", "com.vmware.vapi.std.error", message)
}

func (apiDialect) networks(raw json.RawMessage) (map[string]string, bool) {
	found := make(map[string]string)
	return found, len(raw) == 0 || json.Unmarshal(raw, &found) == nil
}

type restDialect struct{ http.ResponseWriter }

func (d restDialect) fault(status int, kind, message string) {
	writeJSON(d, status, fields{"type": "com.vmware.vapi.std.errors." + kind,
		"value": fields{"messages": []fields{localizable(message)}}})
}

func (d restDialect) answer(value any) { writeJSON(d, http.StatusOK, fields{"value": value}) }
func (d restDialect) notFound(what string) {
	d.fault(http.StatusNotFound, "not_found", what+" was not found.")
}
func (d restDialect) invalid(message string) {
	d.fault(http.StatusBadRequest, "invalid_argument", message)
}
func (d restDialect) forbidden(privilege string) {
	d.fault(http.StatusForbidden, "unauthorized", "The privilege "+privilege+" is missing.")
}
func (d restDialect) failed(message string) {
	d.fault(http.StatusInternalServerError, "error", message)
}

func (restDialect) networks(raw json.RawMessage) (map[string]string, bool) {
	var rows []struct{ Key, Value string }
	if len(raw) > 0 && json.Unmarshal(raw, &rows) != nil {
		return nil, false
	}
	found := make(map[string]string)
	for _, row := range rows {
		found[row.Key] = row.Value
	}
	return found, true
}

// deployment is the body of filter and deploy (vSphere Automation API,
// vcenter/ovf/library-item).
type deployment struct {
	Target struct {
		Pool   string `json:"resource_pool_id"`
		Host   string `json:"host_id"`
		Folder string `json:"folder_id"`
	} `json:"target"`
	Spec struct {
		Name         string            `json:"name"`
		Annotation   string            `json:"annotation"`
		AcceptEULA   bool              `json:"accept_all_EULA"`
		Networks     json.RawMessage   `json:"network_mappings"`
		Provisioning string            `json:"storage_provisioning"`
		Profile      string            `json:"storage_profile_id"`
		Datastore    string            `json:"default_datastore_id"`
		Parameters   []json.RawMessage `json:"additional_parameters"`
	} `json:"deployment_spec"`
}

// parameter is one of additional_parameters that is understood.
type parameter struct {
	Class       string `json:"@class"`
	Type        string `json:"type"`
	SelectedKey string `json:"selected_key"`
	Properties  []struct {
		Class    string `json:"class_id"`
		ID       string `json:"id"`
		Instance string `json:"instance_id"`
		Value    string `json:"value"`
	} `json:"properties"`
}

const (
	optionClass   = "com.vmware.vcenter.ovf.deployment_option_params"
	propertyClass = "com.vmware.vcenter.ovf.property_params"
	sizeClass     = "com.vmware.vcenter.ovf.size_params"
)

// serveItem answers filter and deploy in one dialect.
func (v *vcenter) serveItem(d dialect, r *http.Request, session, item, action string) {
	if action != "filter" && action != "deploy" {
		d.notFound("The operation")
		return
	}
	var body deployment
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		d.invalid("The request body is not valid: " + err.Error())
		return
	}
	source, status := v.descriptorOf(session, item)
	switch status {
	case http.StatusOK:
	case http.StatusNotFound:
		d.notFound("The library item")
		return
	default:
		d.invalid("The library item is not an OVF package.")
		return
	}
	pool := v.pool(types.ManagedObjectReference{Type: "ResourcePool", Value: body.Target.Pool})
	if pool == nil {
		d.notFound("The resource pool")
		return
	}
	descriptor, p := parseDescriptor(source)
	if p != nil {
		d.invalid(p.message)
		return
	}
	if action == "filter" {
		d.answer(filter(descriptor))
		return
	}
	if order := v.faults.next("LibraryItem.deploy"); order != nil && order.Fault != "" {
		d.failed(order.Message)
		return
	}
	v.deploy(d, descriptor, source, pool, &body)
}

// filter is LibraryItem.OvfSummary: what a deployment can be given. All
// properties and networks of the package are listed, whatever the option.
func filter(d *descriptor) fields {
	networks, groups, options, properties := []string{}, []string{}, []fields{}, []fields{}
	if d.Network != nil {
		for _, network := range d.Network.Networks {
			networks = append(networks, network.Name)
		}
	}
	for _, group := range d.storageGroups() {
		groups = append(groups, group.ID)
	}
	standard := d.defaultOption()
	for _, o := range d.options() {
		options = append(options, fields{"key": o.ID, "label": o.Label, "description": o.Description, "default_choice": o.ID == standard})
	}
	for _, p := range d.everyProperty() {
		properties = append(properties, fields{
			"class_id": text(p.section.Class), "id": p.Key, "instance_id": text(p.section.Instance),
			"category": p.category, "label": text(p.Label), "description": text(p.Description),
			"type": p.kind(), "value": p.fallback(standard), "ui_optional": p.fallback(standard) != ""})
	}
	download, flat, sparse := d.bytes()
	licences := d.licences()
	if licences == nil {
		licences = []string{}
	}
	parameters := []fields{
		{"@class": sizeClass, "type": "SizeParams", "approximate_download_size": download,
			"approximate_flat_deployment_size": flat, "approximate_sparse_deployment_size": sparse, "variable_disk_size": false},
		{"@class": propertyClass, "type": "PropertyParams", "properties": properties},
	}
	if len(options) > 0 {
		parameters = append(parameters, fields{"@class": optionClass, "type": "DeploymentOptionParams",
			"selected_key": standard, "deployment_options": options})
	}
	return fields{"name": d.name(), "annotation": d.annotation(), "EULAs": licences, "networks": networks,
		"storage_groups": groups, "additional_params": parameters}
}

// everyProperty lists the properties of all options.
func (d *descriptor) everyProperty() []property {
	var found []property
	for i := range d.VirtualSystem.Product {
		section := &d.VirtualSystem.Product[i]
		for _, row := range section.PropertiesWithCategory() {
			found = append(found, property{row.Property, section, row.Category})
		}
	}
	return found
}

// result is LibraryItem.DeploymentResult without success.
func failure(errors ...fields) fields {
	return fields{"succeeded": false, "error": fields{"errors": errors, "warnings": []fields{}, "information": []fields{}}}
}

func inputError(name, value, message string) fields {
	return fields{"category": "INPUT", "name": name, "value": value, "message": localizable(message)}
}

func serverError(message string) fields {
	return fields{"category": "SERVER", "error": fields{"error_type": "ERROR", "@class": "com.vmware.vapi.std.errors.error",
		"messages": []fields{localizable(message)}}}
}

// deploy makes the virtual machine through CreateImportSpec and ImportVApp, as
// a local file is deployed, with the library's own bytes.
func (v *vcenter) deploy(d dialect, envelope *descriptor, source string, pool *pool, body *deployment) {
	ctx := v.internalContext()
	spec := &body.Spec
	for _, name := range imports {
		if !v.privileges.has(name) {
			d.forbidden(name)
			return
		}
	}
	request := &types.ImportVApp{This: pool.Self}
	if body.Target.Folder != "" {
		ref := types.ManagedObjectReference{Type: "Folder", Value: body.Target.Folder}
		if v.registry.Get(ref) == nil {
			d.notFound("The folder")
			return
		}
		request.Folder = &ref
	}
	if body.Target.Host != "" {
		ref := types.ManagedObjectReference{Type: "HostSystem", Value: body.Target.Host}
		if v.registry.Get(ref) == nil {
			d.notFound("The host")
			return
		}
		request.Host = &ref
	}
	if spec.Datastore != "" && v.datastore(spec.Datastore) == nil {
		d.notFound("The datastore")
		return
	}
	provisioning, ok := map[string]string{"": "", "thin": "thin", "thick": "thick", "eagerZeroedThick": "eagerZeroedThick"}[spec.Provisioning]
	if !ok {
		d.invalid("storage_provisioning is one of thin, thick, eagerZeroedThick.")
		return
	}
	networks, ok := d.networks(spec.Networks)
	if !ok {
		d.invalid("network_mappings has the wrong form.")
		return
	}
	params := types.OvfCreateImportSpecParams{EntityName: stored(spec.Name), DiskProvisioning: provisioning}
	if wrong := v.fill(&params, envelope, spec.Parameters, networks); len(wrong) > 0 {
		d.answer(failure(wrong...))
		return
	}
	if !spec.AcceptEULA && len(envelope.licences()) > 0 {
		d.answer(failure(inputError("accept_all_EULA", "false", "All End User License Agreements must be accepted.")))
		return
	}
	store, wrong := v.chooseDatastore(pool, spec.Datastore, spec.Profile)
	if wrong != nil {
		d.answer(failure(wrong))
		return
	}

	manager := &ovfManager{v.registry.Get(*v.registry.Get(vim25.ServiceInstance).(*simulator.ServiceInstance).Content.OvfManager).(*simulator.OvfManager), v}
	res := manager.CreateImportSpec(ctx, &types.CreateImportSpec{
		This: manager.Self, OvfDescriptor: source, ResourcePool: pool.Self, Datastore: store, Cisp: &params})
	if fault := res.Fault(); fault != nil {
		d.answer(failure(serverError(fault.String)))
		return
	}
	result := res.(*methods.CreateImportSpecBody).Res.Returnval
	if len(result.Error) > 0 {
		var rows []fields
		for _, e := range result.Error {
			rows = append(rows, fields{"category": "VALIDATION", "issues": []fields{{"category": "INPUT_ERROR", "message": localizable(e.LocalizedMessage)}},
				"message": localizable(e.LocalizedMessage)})
		}
		d.answer(failure(rows...))
		return
	}
	config := &result.ImportSpec.(*types.VirtualMachineImportSpec).ConfigSpec
	if spec.Annotation != "" {
		config.Annotation = spec.Annotation
	}
	if spec.Profile != "" {
		profile := []types.BaseVirtualMachineProfileSpec{&types.VirtualMachineDefinedProfileSpec{ProfileId: spec.Profile}}
		config.VmProfile = profile
		for _, c := range config.DeviceChange {
			if row := c.GetVirtualDeviceConfigSpec(); isDisk(row.Device) {
				row.Profile = profile
			}
		}
	}
	request.Spec = result.ImportSpec
	vm, p := v.importWhole(ctx, pool, request)
	if p != nil {
		d.answer(failure(serverError(p.message)))
		return
	}
	d.answer(fields{"succeeded": true, "resource_id": fields{"type": "VirtualMachine", "id": vm.Value}})
}

func isDisk(device types.BaseVirtualDevice) bool {
	_, ok := device.(*types.VirtualDisk)
	return ok
}

// fill reads additional_parameters and the networks. What has no "@class" or no
// "type" is ignored without a word, as by a vCenter.
func (v *vcenter) fill(params *types.OvfCreateImportSpecParams, d *descriptor, parameters []json.RawMessage, networks map[string]string) []fields {
	var wrong []fields
	known := make(map[string]bool)
	for _, p := range d.everyProperty() {
		known[p.key()] = true
	}
	for _, raw := range parameters {
		var row parameter
		if json.Unmarshal(raw, &row) != nil {
			continue
		}
		switch {
		case row.Class == optionClass && row.Type == "DeploymentOptionParams":
			params.DeploymentOption = row.SelectedKey
			if _, p := d.option(row.SelectedKey); p != nil || row.SelectedKey == "" {
				wrong = append(wrong, inputError("selected_key", row.SelectedKey, "This deployment option does not exist."))
			}
		case row.Class == propertyClass && row.Type == "PropertyParams":
			for _, p := range row.Properties {
				key := strings.Trim(p.Class+"."+p.ID+"."+p.Instance, ".")
				if !known[key] {
					wrong = append(wrong, inputError("properties", key, "This property does not exist."))
					continue
				}
				params.PropertyMapping = append(params.PropertyMapping, types.KeyValue{Key: key, Value: p.Value})
			}
		}
	}
	for name, id := range networks {
		ref := v.network(id)
		if ref == nil {
			wrong = append(wrong, inputError("network_mappings", id, "This network does not exist."))
			continue
		}
		params.NetworkMapping = append(params.NetworkMapping, types.OvfNetworkMapping{Name: name, Network: *ref})
	}
	return wrong
}

// network by its id, of either type.
func (v *vcenter) network(id string) *types.ManagedObjectReference {
	for _, kind := range []string{"DistributedVirtualPortgroup", "Network"} {
		ref := types.ManagedObjectReference{Type: kind, Value: id}
		if v.registry.Get(ref) != nil {
			return &ref
		}
	}
	return nil
}

// chooseDatastore takes the one given, or the first that satisfies the policy;
// stricter than a vCenter it refuses one that does not.
func (v *vcenter) chooseDatastore(pool *pool, id, profile string) (types.ManagedObjectReference, fields) {
	if profile != "" && !v.policies.exists(profile) {
		return types.ManagedObjectReference{}, inputError("storage_profile_id", profile, "This storage policy does not exist.")
	}
	cluster := v.cluster(pool.ResourcePool)
	for _, e := range sorted(v.registry.All("Datastore")) {
		ref := e.Reference()
		if id != "" && ref.Value != id || cluster != nil && simulator.FindReference(cluster.Datastore, ref) == nil {
			continue
		}
		if profile == "" || v.policies.suits(profile, nameOf(e)) {
			return ref, nil
		}
	}
	return types.ManagedObjectReference{}, inputError("default_datastore_id", id, "No such datastore satisfies the storage policy in the cluster.")
}

// importWhole runs a lease to its end with the bytes the library holds.
func (v *vcenter) importWhole(ctx *simulator.Context, pool *pool, request *types.ImportVApp) (types.ManagedObjectReference, *problem) {
	lease, p := pool.start(ctx, request)
	if p != nil {
		return types.ManagedObjectReference{}, p
	}
	<-lease.ready
	if lease.State != types.HttpNfcLeaseStateReady {
		return types.ManagedObjectReference{}, &problem{lease.Error.Fault, lease.Error.LocalizedMessage}
	}
	lease.mu.Lock()
	for _, file := range lease.files {
		file.received = &receipt{size: file.expected}
	}
	lease.mu.Unlock()
	ctx.WithLock(lease, func() {
		lease.HttpNfcLeaseComplete(ctx, &types.HttpNfcLeaseComplete{This: lease.Self})
	})
	return lease.vm.Self, nil
}

var _ mo.Reference = (*HttpNfcLease)(nil)
