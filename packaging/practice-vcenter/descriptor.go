package main

import (
	"encoding/xml"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/vmware/govmomi/ovf"
	"github.com/vmware/govmomi/vim25/types"
)

// extras are parts of a descriptor (DSP0243) that govmomi's parser drops.
type extras struct {
	XMLName xml.Name
	Groups  []storageGroup `xml:"StorageGroupSection"`
	Inner   []struct {
		Groups []storageGroup `xml:"StorageGroupSection"`
	} `xml:"VirtualSystem"`
}

type storageGroup struct {
	ID   string `xml:"id,attr"`
	Name string `xml:"name,attr"`
}

// descriptor is a parsed OVF package description.
type descriptor struct {
	*ovf.Envelope
	extras extras
}

const envelopeNamespace = "http://schemas.dmtf.org/ovf/envelope/1"

// parseDescriptor refuses, with a fault of the OVF family, what would make
// upstream panic.
func parseDescriptor(text string) (*descriptor, *problem) {
	d := new(descriptor)
	if err := xml.Unmarshal([]byte(text), &d.extras); err != nil {
		return nil, &problem{&types.OvfXmlFormat{Description: err.Error()}, "The OVF descriptor is not XML: " + err.Error()}
	}
	name := d.extras.XMLName
	if name.Local != "Envelope" || name.Space != envelopeNamespace {
		return nil, &problem{&types.OvfUnexpectedElement{OvfElement: types.OvfElement{Name: name.Local}},
			"The OVF descriptor does not start with an Envelope, but with '" + name.Local + "'."}
	}
	env, err := ovf.Unmarshal(strings.NewReader(text))
	if err == nil && env.VirtualSystem == nil {
		err = errors.New("it has no VirtualSystem")
	}
	if err == nil && len(env.VirtualSystem.VirtualHardware) == 0 {
		err = errors.New("it has no VirtualHardwareSection")
	}
	if err != nil {
		return nil, &problem{&types.OvfMissingElement{OvfElement: types.OvfElement{Name: "VirtualSystem"}},
			"The OVF descriptor cannot be used: " + err.Error()}
	}
	d.Envelope = env
	return d, nil
}

// option resolves a deployment option: the empty one is the package's default.
func (d *descriptor) option(id string) (string, *problem) {
	if id == "" {
		return d.defaultOption(), nil
	}
	for _, o := range d.options() {
		if o.ID == id {
			return id, nil
		}
	}
	return "", &problem{&types.OvfUnsupportedAttributeValue{Value: id},
		"The deployment option '" + id + "' is not in the OVF descriptor."}
}

func (d *descriptor) options() []ovf.DeploymentOptionConfiguration {
	if d.DeploymentOption == nil {
		return nil
	}
	return d.DeploymentOption.Configuration
}

func (d *descriptor) defaultOption() string {
	for _, o := range d.options() {
		if o.Default != nil && *o.Default {
			return o.ID
		}
	}
	if all := d.options(); len(all) > 0 {
		return all[0].ID
	}
	return ""
}

// in tells whether something marked ovf:configuration belongs to an option.
func in(configuration *string, option string) bool {
	return configuration == nil || *configuration == "" || slices.Contains(strings.Fields(*configuration), option)
}

// networks are those a NIC of the option is connected to, in the order of the
// NetworkSection.
func (d *descriptor) networks(option string) []ovf.Network {
	used := make(map[string]bool)
	for _, item := range d.VirtualSystem.VirtualHardware[0].Item {
		if item.ResourceType != nil && *item.ResourceType == 10 && in(item.Configuration, option) {
			for _, name := range item.Connection {
				used[name] = true
			}
		}
	}
	var networks []ovf.Network
	if d.Network == nil {
		return nil
	}
	for _, network := range d.Network.Networks {
		if used[network.Name] {
			networks = append(networks, network)
		}
	}
	return networks
}

// property is one OVF property with the section it stands in.
type property struct {
	ovf.Property
	section  *ovf.ProductSection
	category string
}

func (p property) key() string { return p.section.Key(p.Property) }

func (d *descriptor) properties(option string) []property {
	var found []property
	for i := range d.VirtualSystem.Product {
		section := &d.VirtualSystem.Product[i]
		for _, row := range section.PropertiesWithCategory() {
			if in(row.Property.Configuration, option) {
				found = append(found, property{row.Property, section, row.Category})
			}
		}
	}
	return found
}

// fallback is the property's default in an option (DSP0243, 9.5.1).
func (p property) fallback(option string) string {
	for _, v := range p.Values {
		if v.Configuration != nil && *v.Configuration == option {
			return v.Value
		}
	}
	return text(p.Default)
}

// kind is the property type as vSphere shows it (VAppPropertyInfo.type):
// password and the length and choice qualifiers are part of it.
func (p property) kind() string {
	base := p.Type
	if base == "password" {
		base = "string"
	}
	qualifiers := parseQualifiers(text(p.Qualifiers))
	if choices := qualifiers["ValueMap"]; base == "string" && choices != "" {
		return "string[" + choices + "]"
	}
	name := base
	if base == "string" && (p.Type == "password" || p.Password != nil && *p.Password) {
		name = "password"
	}
	low, high := qualifiers["MinLen"], qualifiers["MaxLen"]
	switch {
	case base == "string" && low != "" && high != "":
		return name + "(" + low + ".." + high + ")"
	case base == "string" && low != "":
		return name + "(" + low + "..)"
	case base == "string" && high != "":
		return name + "(.." + high + ")"
	}
	if number, ok := numbers[name]; ok {
		return number
	}
	return name
}

// numbers are the OVF number types under the names of VAppPropertyInfo.type.
var numbers = map[string]string{
	"uint8": "int(0..255)", "sint8": "int(-128..127)", "uint16": "int(0..65535)", "sint16": "int(-32768..32767)",
	"uint32": "int", "sint32": "int", "uint64": "int", "sint64": "int", "real32": "real", "real64": "real",
}

// parseQualifiers reads MinLen(1) MaxLen(8) ValueMap{"a","b"}.
func parseQualifiers(text string) map[string]string {
	found := make(map[string]string)
	for text != "" {
		open := strings.IndexAny(text, "({")
		if open < 0 {
			break
		}
		closer := ")"
		if text[open] == '{' {
			closer = "}"
		}
		end := strings.Index(text[open:], closer)
		if end < 0 {
			break
		}
		name := strings.Trim(text[:open], " ,\t\n")
		found[name] = text[open+1 : open+end]
		text = text[open+end+1:]
	}
	return found
}

// check holds a value against type and qualifiers.
func (p property) check(value string) *problem {
	wrong := func(why string) *problem {
		return &problem{&types.OvfPropertyValue{OvfProperty: types.OvfProperty{Type: p.Type, Value: value}},
			"The value given for property '" + p.key() + "' is not valid: " + why + "."}
	}
	switch p.Type {
	case "boolean":
		if !strings.EqualFold(value, "true") && !strings.EqualFold(value, "false") {
			return wrong("True or False is expected")
		}
	case "uint8", "uint16", "uint32", "uint64", "sint8", "sint16", "sint32", "sint64":
		bits, _ := strconv.Atoi(p.Type[4:])
		var err error
		if p.Type[0] == 'u' {
			_, err = strconv.ParseUint(value, 10, bits)
		} else {
			_, err = strconv.ParseInt(value, 10, bits)
		}
		if err != nil {
			return wrong("a number of type " + p.Type + " is expected")
		}
	}
	qualifiers := parseQualifiers(text(p.Qualifiers))
	length := len([]rune(value))
	if low, err := strconv.Atoi(qualifiers["MinLen"]); err == nil && length < low {
		return wrong("it is too short")
	}
	if high, err := strconv.Atoi(qualifiers["MaxLen"]); err == nil && length > high {
		return wrong("it is too long")
	}
	if choices := qualifiers["ValueMap"]; choices != "" && !strings.Contains(choices, `"`+value+`"`) {
		return wrong("one of " + choices + " is expected")
	}
	if low, err := strconv.Atoi(qualifiers["MinValue"]); err == nil {
		if n, _ := strconv.Atoi(value); n < low {
			return wrong("it is too small")
		}
	}
	if high, err := strconv.Atoi(qualifiers["MaxValue"]); err == nil {
		if n, _ := strconv.Atoi(value); n > high {
			return wrong("it is too large")
		}
	}
	return nil
}

func (d *descriptor) licences() []string {
	var texts []string
	for _, section := range d.VirtualSystem.Eula {
		texts = append(texts, section.License)
	}
	return texts
}

func (d *descriptor) annotation() string {
	if d.VirtualSystem.Annotation == nil {
		return ""
	}
	return d.VirtualSystem.Annotation.Annotation
}

func (d *descriptor) name() string {
	if d.VirtualSystem.Name != nil {
		return *d.VirtualSystem.Name
	}
	return d.VirtualSystem.ID
}

func (d *descriptor) transport() []string {
	return strings.Fields(text(d.VirtualSystem.VirtualHardware[0].Transport))
}

func (d *descriptor) storageGroups() []storageGroup {
	groups := d.extras.Groups
	for _, inner := range d.extras.Inner {
		groups = append(groups, inner.Groups...)
	}
	return groups
}

// bytes are the approximate sizes: download, thick and thin.
func (d *descriptor) bytes() (download, flat, sparse int64) {
	for _, file := range d.References {
		download += int64(file.Size)
	}
	if d.Disk == nil {
		return
	}
	for _, disk := range d.Disk.Disks {
		capacity, _ := strconv.ParseInt(disk.Capacity, 10, 64)
		capacity *= unit(text(disk.CapacityAllocationUnits))
		flat += capacity
		if disk.PopulatedSize != nil {
			sparse += int64(*disk.PopulatedSize)
		} else {
			sparse += capacity
		}
	}
	return
}

// unit reads "byte * 2^20".
func unit(units string) int64 {
	_, power, found := strings.Cut(units, "^")
	if !found {
		return 1
	}
	n, _ := strconv.Atoi(strings.TrimSpace(power))
	return int64(math.Pow(2, float64(n)))
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func (d *descriptor) info(p property, key int32, option string) types.VAppPropertyInfo {
	return types.VAppPropertyInfo{
		Key: key, ClassId: text(p.section.Class), InstanceId: text(p.section.Instance), Id: p.Key,
		Category: p.category, Label: text(p.Label), Type: p.kind(), UserConfigurable: p.UserConfigurable,
		DefaultValue: p.fallback(option), Description: text(p.Description),
	}
}
