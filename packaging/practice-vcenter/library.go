package main

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// fields is an object as it comes from upstream and goes to the client.
type fields map[string]any

func (f fields) text(name string) string {
	s, _ := f[name].(string)
	return s
}

func (v *vcenter) library(session, id string) (fields, int) {
	var found fields
	status := v.rest(session, http.MethodGet, "/content/library/id:"+url.PathEscape(id), nil, &found)
	return found, status
}

func (v *vcenter) libraries(session string) []fields {
	var ids []string
	v.rest(session, http.MethodGet, "/content/library", nil, &ids)
	slices.Sort(ids)
	var all []fields
	for _, id := range ids {
		if found, status := v.library(session, id); status == http.StatusOK {
			all = append(all, found)
		}
	}
	return all
}

func (v *vcenter) item(session, id string) (fields, int) {
	var found fields
	status := v.rest(session, http.MethodGet, "/content/library/item/id:"+url.PathEscape(id), nil, &found)
	var size float64
	files, _ := found["File"].([]any)
	for _, file := range files {
		if row, ok := file.(map[string]any); ok {
			size += wholeSize(row)
		}
	}
	if found != nil {
		delete(found, "File")
		delete(found, "Template")
		found["size"] = int64(size)
	}
	return found, status
}

// wholeSize corrects the size of a disk: upstream counts it without its first
// two sectors, which it has taken apart.
func wholeSize(file fields) float64 {
	size, _ := file["size"].(float64)
	if strings.HasSuffix(file.text("name"), ".vmdk") {
		size += 1024
	}
	return size
}

func (v *vcenter) items(session, library string) []fields {
	var ids []string
	v.rest(session, http.MethodGet, "/content/library/item?library_id="+url.QueryEscape(library), nil, &ids)
	slices.Sort(ids)
	var all []fields
	for _, id := range ids {
		if found, status := v.item(session, id); status == http.StatusOK {
			all = append(all, found)
		}
	}
	return all
}

func ids(rows []fields) []string {
	list := []string{}
	for _, row := range rows {
		list = append(list, row.text("id"))
	}
	return list
}

func (v *vcenter) listLibraries(w http.ResponseWriter, _ *http.Request, session string) {
	writeJSON(w, http.StatusOK, ids(v.libraries(session)))
}

// findLibraries: POST /api/content/library?action=find; names compare without
// case, and an empty specification is refused, both as documented.
func (v *vcenter) findLibraries(w http.ResponseWriter, r *http.Request, session string) {
	var spec struct{ Name, Type string }
	if r.URL.Query().Get("action") != "find" {
		notFound(w, "The operation")
		return
	}
	if !decode(w, r, &spec) {
		return
	}
	if spec.Name == "" && spec.Type == "" {
		invalidArgument(w, "No property is given to find by.")
		return
	}
	var found []fields
	for _, row := range v.libraries(session) {
		if spec.Name != "" && !strings.EqualFold(spec.Name, row.text("name")) ||
			spec.Type != "" && !strings.EqualFold(spec.Type, row.text("type")) {
			continue
		}
		found = append(found, row)
	}
	writeJSON(w, http.StatusOK, ids(found))
}

func (v *vcenter) readLibrary(w http.ResponseWriter, r *http.Request, session string) {
	found, status := v.library(session, r.PathValue("library"))
	if forward(w, status, "The library") {
		writeJSON(w, http.StatusOK, found)
	}
}

// createLibrary: POST /api/content/local-library, 201 and the id.
func (v *vcenter) createLibrary(w http.ResponseWriter, r *http.Request, session string) {
	var spec fields
	if !decode(w, r, &spec) {
		return
	}
	backings, _ := spec["storage_backings"].([]any)
	if spec.text("name") == "" || len(backings) != 1 {
		invalidArgument(w, "A name and one storage backing are expected.")
		return
	}
	backing, _ := backings[0].(map[string]any)
	if id, _ := backing["datastore_id"].(string); v.datastore(id) == nil {
		notFound(w, "The datastore")
		return
	}
	for _, other := range v.libraries(session) {
		if strings.EqualFold(other.text("name"), spec.text("name")) {
			alreadyExists(w, "A library with this name exists.")
			return
		}
	}
	spec["type"] = "LOCAL"
	var id string
	status := v.rest(session, http.MethodPost, "/content/local-library", fields{"create_spec": spec}, &id)
	if forward(w, status, "The library") {
		writeJSON(w, http.StatusCreated, id)
	}
}

func (v *vcenter) deleteLibrary(w http.ResponseWriter, r *http.Request, session string) {
	status := v.rest(session, http.MethodDelete, "/content/local-library/id:"+url.PathEscape(r.PathValue("library")), nil, nil)
	if forward(w, status, "The library") {
		w.WriteHeader(http.StatusNoContent)
	}
}

func (v *vcenter) listItems(w http.ResponseWriter, r *http.Request, session string) {
	library := r.URL.Query().Get("library_id")
	if _, status := v.library(session, library); forward(w, status, "The library") {
		writeJSON(w, http.StatusOK, ids(v.items(session, library)))
	}
}

// createItem: POST /api/content/library/item, 201 and the id; with
// ?action=find the ids of the items that match.
func (v *vcenter) createItem(w http.ResponseWriter, r *http.Request, session string) {
	var spec fields
	if !decode(w, r, &spec) {
		return
	}
	if r.URL.Query().Get("action") == "find" {
		v.findItems(w, session, spec)
		return
	}
	if spec.text("name") == "" {
		invalidArgument(w, "The name of the item is missing.")
		return
	}
	if _, status := v.library(session, spec.text("library_id")); !forward(w, status, "The library") {
		return
	}
	for _, other := range v.items(session, spec.text("library_id")) {
		if strings.EqualFold(other.text("name"), spec.text("name")) {
			alreadyExists(w, "An item with this name exists in the library.")
			return
		}
	}
	var id string
	status := v.rest(session, http.MethodPost, "/content/library/item", fields{"create_spec": spec}, &id)
	if forward(w, status, "The item") {
		writeJSON(w, http.StatusCreated, id)
	}
}

func (v *vcenter) findItems(w http.ResponseWriter, session string, spec fields) {
	name, library, kind := spec.text("name"), spec.text("library_id"), spec.text("type")
	if name == "" && library == "" && kind == "" {
		invalidArgument(w, "No property is given to find by.")
		return
	}
	var found []fields
	for _, l := range v.libraries(session) {
		if library != "" && library != l.text("id") {
			continue
		}
		for _, row := range v.items(session, l.text("id")) {
			if (name == "" || strings.EqualFold(name, row.text("name"))) && (kind == "" || strings.EqualFold(kind, row.text("type"))) {
				found = append(found, row)
			}
		}
	}
	writeJSON(w, http.StatusOK, ids(found))
}

func (v *vcenter) readItem(w http.ResponseWriter, r *http.Request, session string) {
	found, status := v.item(session, r.PathValue("item"))
	if forward(w, status, "The item") {
		writeJSON(w, http.StatusOK, found)
	}
}

func (v *vcenter) deleteItem(w http.ResponseWriter, r *http.Request, session string) {
	status := v.rest(session, http.MethodDelete, "/content/library/item/id:"+url.PathEscape(r.PathValue("item")), nil, nil)
	if forward(w, status, "The item") {
		w.WriteHeader(http.StatusNoContent)
	}
}

func (v *vcenter) files(session, item string) ([]fields, int) {
	found := []fields{}
	status := v.rest(session, http.MethodGet, "/content/library/item/file?library_item_id="+url.QueryEscape(item), nil, &found)
	if found == nil {
		found = []fields{}
	}
	for _, row := range found {
		row["size"] = int64(wholeSize(row))
	}
	return found, status
}

func (v *vcenter) listFiles(w http.ResponseWriter, r *http.Request, session string) {
	found, status := v.files(session, r.PathValue("item"))
	if forward(w, status, "The item") {
		writeJSON(w, http.StatusOK, found)
	}
}

func (v *vcenter) readFile(w http.ResponseWriter, r *http.Request, session string) {
	found, status := v.files(session, r.PathValue("item"))
	if !forward(w, status, "The item") {
		return
	}
	for _, row := range found {
		if row.text("name") == r.PathValue("file") {
			writeJSON(w, http.StatusOK, row)
			return
		}
	}
	notFound(w, "The file")
}

// descriptorOf reads the OVF of an item from the library's storage.
func (v *vcenter) descriptorOf(session, item string) (string, int) {
	var storage []struct {
		Name string   `json:"name"`
		URIs []string `json:"storage_uris"`
	}
	status := v.rest(session, http.MethodGet, "/content/library/item/storage?library_item_id="+url.QueryEscape(item), nil, &storage)
	if status != http.StatusOK {
		return "", status
	}
	for _, row := range storage {
		if strings.EqualFold(filepath.Ext(row.Name), ".ovf") && len(row.URIs) > 0 {
			data, err := os.ReadFile(row.URIs[0])
			if err != nil {
				return "", http.StatusInternalServerError
			}
			return string(data), http.StatusOK
		}
	}
	return "", http.StatusBadRequest
}

// store puts a file into an item through upstream's own update session.
func (v *vcenter) store(session, item, name, path string) int {
	var update string
	status := v.rest(session, http.MethodPost, "/content/library/item/update-session",
		fields{"create_spec": fields{"library_item_id": item}}, &update)
	if status != http.StatusOK {
		return status
	}
	var added struct {
		Endpoint struct {
			URI string `json:"uri"`
		} `json:"upload_endpoint"`
	}
	status = v.rest(session, http.MethodPost, "/content/library/item/updatesession/file/id:"+update+"?~action=add",
		fields{"file_spec": fields{"name": name, "source_type": "PUSH"}}, &added)
	if status != http.StatusOK {
		return status
	}
	target, err := url.Parse(added.Endpoint.URI)
	if err != nil {
		return http.StatusInternalServerError
	}
	source, err := os.Open(path)
	if err != nil {
		return http.StatusInternalServerError
	}
	defer source.Close()
	// As a plain reader: upstream takes a file for one of its own disks.
	reader := struct{ io.Reader }{source}
	status = v.rest(session, http.MethodPut, strings.TrimPrefix(target.EscapedPath(), restPath), reader, nil)
	if status == http.StatusOK {
		v.rest(session, http.MethodPost, "/content/library/item/update-session/id:"+update+"?~action=complete", nil, nil)
	}
	return status
}
