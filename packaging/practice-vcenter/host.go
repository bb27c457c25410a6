package main

import (
	"fmt"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// equip gives a host four NICs of its own (vSphere Web Services API,
// HostNetworkInfo.pnic): upstream's hosts have two, with the same addresses
// everywhere. vmnic0 stays under vSwitch0 with the management interface; vmnic3
// has no link, which is an unset linkSpeed.
func equip(host *simulator.HostSystem, number int, version string) {
	network := host.Config.Network
	template := network.Pnic[0]
	network.Pnic = nil
	for i := range 4 {
		nic := template
		nic.Device = fmt.Sprintf("vmnic%d", i)
		nic.Key = "key-vim.host.PhysicalNic-" + nic.Device
		nic.Pci = fmt.Sprintf("0000:%02x:00.0", 0x0b+8*i)
		nic.Mac = fmt.Sprintf("00:50:56:%02x:%02x:%02x", number>>8&0xff, number&0xff, i)
		nic.FcoeConfiguration = nil
		nic.LinkSpeed = &types.PhysicalNicLinkInfo{SpeedMb: 10000, Duplex: true}
		nic.Spec.LinkSpeed = nil
		if i == 3 {
			nic.LinkSpeed = nil
		}
		network.Pnic = append(network.Pnic, nic)
	}
	network.ProxySwitch = nil
	address := fmt.Sprintf("192.0.2.%d", 10+number%200)
	for i := range network.Vnic {
		network.Vnic[i].Spec.Mac = network.Pnic[0].Mac
		if ip := network.Vnic[i].Spec.Ip; ip != nil {
			ip.Dhcp, ip.IpAddress, ip.SubnetMask = false, address, "255.255.255.0"
		}
	}
	if host.Config.VirtualNicManagerInfo != nil {
		for i := range host.Config.VirtualNicManagerInfo.NetConfig {
			config := &host.Config.VirtualNicManagerInfo.NetConfig[i]
			for j := range config.CandidateVnic {
				if ip := config.CandidateVnic[j].Spec.Ip; ip != nil {
					ip.Dhcp, ip.IpAddress, ip.SubnetMask = false, address, "255.255.255.0"
				}
			}
		}
	}
	product := host.Config.Product
	product.Version, product.ApiVersion = version, version+".0"
	product.FullName = "VMware ESXi " + version + " build-" + product.Build
	host.Config.Product = product
	host.Summary.Config.Product = &product
	host.Runtime.ConnectionState = types.HostSystemConnectionStateConnected
	host.Runtime.PowerState = types.HostSystemPowerStatePoweredOn
}
