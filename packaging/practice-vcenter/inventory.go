package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/units"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/types"
)

// build makes the sample inventory through the API itself, so that every object
// is one that upstream made.
func (v *vcenter) build(home string) error {
	ctx := context.Background()
	client, err := vim25.NewClient(ctx, v.service)
	if err != nil {
		return err
	}
	dc, err := object.NewRootFolder(client).CreateDatacenter(ctx, "Lab-DC")
	if err != nil {
		return err
	}
	folders, err := dc.Folders(ctx)
	if err != nil {
		return err
	}
	var first *object.ResourcePool
	number := 0
	for i := range v.options.clusters {
		name := "Supervisor-Cluster"
		if i > 0 {
			name = fmt.Sprintf("Cluster-%d", i+1)
		}
		cluster, err := folders.HostFolder.CreateCluster(ctx, name, types.ClusterConfigSpecEx{})
		if err != nil {
			return err
		}
		v.enableServices(cluster.Reference())
		var hosts []*simulator.HostSystem
		for j := range v.options.hosts {
			host, err := v.addHost(ctx, cluster, number+j+1)
			if err != nil {
				return err
			}
			hosts = append(hosts, host)
		}
		// Only now: adding a host, upstream reads the versions of those
		// before it and knows none after 8.0.2.
		for _, host := range hosts {
			number++
			equip(host, number, v.hostVersion(host.Name))
		}
		root, err := cluster.ResourcePool(ctx)
		if err != nil {
			return err
		}
		if i == 0 {
			first = root
			if _, err := root.Create(ctx, "haproxy-pool", types.DefaultResourceConfigSpec()); err != nil {
				return err
			}
		}
	}
	if _, err := folders.VmFolder.CreateFolder(ctx, "haproxy"); err != nil {
		return err
	}
	if err := v.addDatastores(ctx, client, home); err != nil {
		return err
	}
	v.registry.AddHandler(v)
	for i := range v.options.vms {
		if err := addMachine(ctx, folders.VmFolder, first, fmt.Sprintf("vm-%04d", i+1)); err != nil {
			return err
		}
	}
	return nil
}

// enableServices: upstream's new cluster has neither; a Supervisor needs DRS
// fully automated and HA (ClusterConfigInfoEx.drsConfig, .dasConfig).
func (v *vcenter) enableServices(ref types.ManagedObjectReference) {
	config := v.registry.Get(ref).(*simulator.ClusterComputeResource).ConfigurationEx.(*types.ClusterConfigInfoEx)
	config.DrsConfig.Enabled = types.NewBool(true)
	config.DrsConfig.DefaultVmBehavior = types.DrsBehaviorFullyAutomated
	config.DrsConfig.VmotionRate = 3
	config.DasConfig.Enabled = types.NewBool(true)
	config.DasConfig.AdmissionControlEnabled = types.NewBool(true)
	config.DasConfig.HostMonitoring = "enabled"
}

func (v *vcenter) addHost(ctx context.Context, cluster *object.ClusterComputeResource, number int) (*simulator.HostSystem, error) {
	name := fmt.Sprintf("esx-%02d.lab.example", number)
	t, err := cluster.AddHost(ctx, types.HostConnectSpec{HostName: name}, true, nil, nil)
	if err != nil {
		return nil, err
	}
	info, err := t.WaitForResult(ctx, nil)
	if err != nil {
		return nil, err
	}
	return v.registry.Get(info.Result.(types.ManagedObjectReference)).(*simulator.HostSystem), nil
}

func (v *vcenter) hostVersion(name string) string {
	if old, ok := v.options.oldHosts[name]; ok {
		return old
	}
	return "8.0.3"
}

// addDatastores makes two, each mounted on every host.
func (v *vcenter) addDatastores(ctx context.Context, client *vim25.Client, home string) error {
	for i, name := range []string{"datastore-01", namedDatastore} {
		dir := filepath.Join(home, name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			return err
		}
		for _, e := range sorted(v.registry.All("HostSystem")) {
			system, err := object.NewHostSystem(client, e.Reference()).ConfigManager().DatastoreSystem(ctx)
			if err != nil {
				return err
			}
			if _, err := system.CreateLocalDatastore(ctx, name, dir); err != nil {
				return err
			}
		}
		for _, e := range v.registry.All("Datastore") {
			store := e.(*simulator.Datastore)
			if store.Name != name {
				continue
			}
			store.Summary.Type = string(types.HostFileSystemVolumeFileSystemTypeVMFS)
			store.Summary.MultipleHostAccess = types.NewBool(v.options.hosts*v.options.clusters > 1)
			store.Summary.Capacity = int64(i+1) * 500 * int64(units.GB)
			store.Summary.FreeSpace = store.Summary.Capacity * 3 / 5
			store.Info.GetDatastoreInfo().FreeSpace = store.Summary.FreeSpace
		}
	}
	return nil
}

func addMachine(ctx context.Context, folder *object.Folder, pool *object.ResourcePool, name string) error {
	var devices object.VirtualDeviceList
	scsi, err := devices.CreateSCSIController("pvscsi")
	if err != nil {
		return err
	}
	nic, err := devices.CreateEthernetCard("vmxnet3", &types.VirtualEthernetCardNetworkBackingInfo{
		VirtualDeviceDeviceBackingInfo: types.VirtualDeviceDeviceBackingInfo{DeviceName: "VM Network"}})
	if err != nil {
		return err
	}
	devices = append(devices, scsi, nic)
	changes, err := devices.ConfigSpec(types.VirtualDeviceConfigSpecOperationAdd)
	if err != nil {
		return err
	}
	t, err := folder.CreateVM(ctx, types.VirtualMachineConfigSpec{
		Name: name, GuestId: "otherGuest64", NumCPUs: 1, MemoryMB: 1024, DeviceChange: changes,
		Files: &types.VirtualMachineFileInfo{VmPathName: "[datastore-01]"},
	}, pool, nil)
	if err != nil {
		return err
	}
	return t.Wait(ctx)
}
