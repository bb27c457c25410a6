package main

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// updates are the update sessions of the content library (vSphere Automation
// API, content/library/item/update-session). Upstream's neither verify a
// pushed file nor free the server while one is coming in; in these a file is
// received apart, and the item changes on completion.
type updates struct {
	mu       sync.Mutex
	home     string
	sessions map[string]*updateSession
}

type updateSession struct {
	id, item, state, problem string
	progress                 int
	expires                  time.Time
	files                    []*updateFile
}

type updateFile struct {
	token, name, status, problem, path string
	algorithm, checksum                string
	size, received                     int64
}

func (u *updates) find(id string) *updateSession { return u.sessions[id] }

func (s *updateSession) file(name string) *updateFile {
	for _, file := range s.files {
		if file.name == name {
			return file
		}
	}
	return nil
}

func localizable(message string) fields {
	return fields{"id": "com.vmware.vdcs.cls-main.error", "default_message": message, "args": []string{}}
}

func (s *updateSession) view() fields {
	row := fields{"id": s.id, "library_item_id": s.item, "library_item_content_version": "1", "state": s.state,
		"client_progress": s.progress, "expiration_time": s.expires.UTC().Format("2006-01-02T15:04:05.000Z")}
	if s.problem != "" {
		row["error_message"] = localizable(s.problem)
	}
	return row
}

func (v *vcenter) fileView(f *updateFile) fields {
	row := fields{"name": f.name, "source_type": "PUSH", "status": f.status, "bytes_transferred": f.received,
		"upload_endpoint": fields{"uri": "https://" + v.service.Listen.Host + "/cls/data/" + f.token + "/" + f.name}}
	if f.size > 0 {
		row["size"] = f.size
	}
	if f.checksum != "" {
		row["checksum_info"] = fields{"algorithm": f.algorithm, "checksum": f.checksum}
	}
	if f.problem != "" {
		row["error_message"] = localizable(f.problem)
	}
	return row
}

func (v *vcenter) listUpdates(w http.ResponseWriter, _ *http.Request, _ string) {
	v.updates.mu.Lock()
	defer v.updates.mu.Unlock()
	list := []string{}
	for id := range v.updates.sessions {
		list = append(list, id)
	}
	slices.Sort(list)
	writeJSON(w, http.StatusOK, list)
}

func (v *vcenter) createUpdate(w http.ResponseWriter, r *http.Request, session string) {
	var spec fields
	if !decode(w, r, &spec) {
		return
	}
	item := spec.text("library_item_id")
	if _, status := v.item(session, item); !forward(w, status, "The item") {
		return
	}
	own := &updateSession{id: uuid.New().String(), item: item, state: "ACTIVE", expires: time.Now().Add(time.Hour)}
	v.updates.mu.Lock()
	defer v.updates.mu.Unlock()
	v.updates.sessions[own.id] = own
	writeJSON(w, http.StatusCreated, own.id)
}

// withUpdate finds the session in the path and works on it with the lock held.
func (v *vcenter) withUpdate(w http.ResponseWriter, r *http.Request, work func(*updateSession)) {
	v.updates.mu.Lock()
	defer v.updates.mu.Unlock()
	own := v.updates.find(r.PathValue("session"))
	if own == nil {
		notFound(w, "The update session")
		return
	}
	work(own)
}

func (v *vcenter) readUpdate(w http.ResponseWriter, r *http.Request, _ string) {
	v.withUpdate(w, r, func(s *updateSession) { writeJSON(w, http.StatusOK, s.view()) })
}

func (v *vcenter) deleteUpdate(w http.ResponseWriter, r *http.Request, _ string) {
	v.withUpdate(w, r, func(s *updateSession) {
		if s.state == "ACTIVE" {
			notAllowed(w, "An active session cannot be deleted.")
			return
		}
		s.drop()
		delete(v.updates.sessions, s.id)
		w.WriteHeader(http.StatusNoContent)
	})
}

func (s *updateSession) drop() {
	for _, file := range s.files {
		_ = os.Remove(file.path)
	}
}

func (v *vcenter) actOnUpdate(w http.ResponseWriter, r *http.Request, session string) {
	action := r.URL.Query().Get("action")
	v.withUpdate(w, r, func(s *updateSession) {
		if s.state != "ACTIVE" {
			notAllowed(w, "The session is in state "+s.state+".")
			return
		}
		switch action {
		case "complete":
			if !v.complete(w, session, s) {
				return
			}
		case "cancel":
			s.state = "CANCELED"
			s.drop()
		case "fail":
			var body fields
			if !decode(w, r, &body) {
				return
			}
			s.state, s.problem = "ERROR", body.text("client_error_message")
			s.drop()
		case "keep-alive":
			var body struct {
				Progress int `json:"client_progress"`
			}
			if r.ContentLength > 0 && !decode(w, r, &body) {
				return
			}
			s.progress, s.expires = body.Progress, time.Now().Add(time.Hour)
		default:
			notFound(w, "The operation")
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
}

// complete moves the files into the item. A file that did not arrive keeps the
// session open; one that is damaged ends it in state ERROR, which only a client
// that reads the state will notice, as on a vCenter.
func (v *vcenter) complete(w http.ResponseWriter, session string, s *updateSession) bool {
	for _, file := range s.files {
		if file.status == "WAITING_FOR_TRANSFER" || file.status == "TRANSFERRING" {
			notAllowed(w, "The file "+file.name+" has not been received.")
			return false
		}
	}
	defer s.drop()
	for _, file := range s.files {
		if file.status == "ERROR" {
			s.state, s.problem = "ERROR", file.problem
			return true
		}
		if v.store(session, s.item, file.name, file.path) != http.StatusOK {
			s.state, s.problem = "ERROR", "The file "+file.name+" cannot be read."
			return true
		}
	}
	s.state = "DONE"
	return true
}

func (v *vcenter) listUpdateFiles(w http.ResponseWriter, r *http.Request, _ string) {
	v.withUpdate(w, r, func(s *updateSession) {
		rows := []fields{}
		for _, file := range s.files {
			rows = append(rows, v.fileView(file))
		}
		writeJSON(w, http.StatusOK, rows)
	})
}

func (v *vcenter) readUpdateFile(w http.ResponseWriter, r *http.Request, _ string) {
	v.withUpdate(w, r, func(s *updateSession) {
		if file := s.file(r.PathValue("file")); file != nil {
			writeJSON(w, http.StatusOK, v.fileView(file))
			return
		}
		notFound(w, "The file")
	})
}

func (v *vcenter) removeUpdateFile(w http.ResponseWriter, r *http.Request, _ string) {
	v.withUpdate(w, r, func(s *updateSession) {
		file := s.file(r.PathValue("file"))
		switch {
		case s.state != "ACTIVE":
			notAllowed(w, "The session is in state "+s.state+".")
		case file == nil:
			notFound(w, "The file")
		default:
			_ = os.Remove(file.path)
			s.files = slices.DeleteFunc(s.files, func(f *updateFile) bool { return f == file })
			w.WriteHeader(http.StatusNoContent)
		}
	})
}

var checksums = map[string]func() hash.Hash{
	"MD5": md5.New, "SHA1": sha1.New, "SHA256": sha256.New, "SHA512": sha512.New,
}

// addUpdateFile: POST .../file; with ?action=validate what is missing or wrong.
func (v *vcenter) addUpdateFile(w http.ResponseWriter, r *http.Request, _ string) {
	action := r.URL.Query().Get("action")
	v.withUpdate(w, r, func(s *updateSession) {
		if s.state != "ACTIVE" {
			notAllowed(w, "The session is in state "+s.state+".")
			return
		}
		if action == "validate" {
			writeJSON(w, http.StatusOK, s.validate())
			return
		}
		var spec struct {
			Name       string `json:"name"`
			SourceType string `json:"source_type"`
			Size       int64  `json:"size"`
			Checksum   struct {
				Algorithm string `json:"algorithm"`
				Checksum  string `json:"checksum"`
			} `json:"checksum_info"`
		}
		if !decode(w, r, &spec) {
			return
		}
		if spec.Checksum.Algorithm == "" {
			spec.Checksum.Algorithm = "SHA1"
		}
		switch {
		case spec.SourceType == "PULL":
			serviceError(w, http.StatusBadRequest, "UNSUPPORTED", "com.vmware.vapi.std.unsupported", "Only PUSH is served here.")
			return
		case spec.Name == "" || strings.ContainsAny(spec.Name, `/\`) || spec.SourceType != "PUSH" ||
			checksums[spec.Checksum.Algorithm] == nil:
			invalidArgument(w, "The specification of the file is not valid.")
			return
		}
		file := s.file(spec.Name)
		if file == nil {
			file = &updateFile{name: spec.Name, token: uuid.New().String()}
			file.path = v.updates.home + "/upload-" + file.token
			s.files = append(s.files, file)
		}
		file.status, file.problem, file.received = "WAITING_FOR_TRANSFER", "", 0
		file.size, file.algorithm, file.checksum = spec.Size, spec.Checksum.Algorithm, spec.Checksum.Checksum
		writeJSON(w, http.StatusOK, v.fileView(file))
	})
}

func (s *updateSession) validate() fields {
	missing, wrong := []string{}, []fields{}
	for _, file := range s.files {
		switch file.status {
		case "WAITING_FOR_TRANSFER", "TRANSFERRING":
			missing = append(missing, file.name)
			continue
		case "ERROR":
			wrong = append(wrong, fields{"name": file.name, "error_message": localizable(file.problem)})
			continue
		}
		if strings.HasSuffix(file.name, ".ovf") {
			text, _ := os.ReadFile(file.path)
			d, p := parseDescriptor(string(text))
			if p != nil {
				wrong = append(wrong, fields{"name": file.name, "error_message": localizable(p.message)})
				continue
			}
			for _, reference := range d.References {
				if s.file(reference.Href) == nil {
					missing = append(missing, reference.Href)
				}
			}
		}
	}
	return fields{"has_errors": len(missing)+len(wrong) > 0, "missing_files": missing, "invalid_files": wrong}
}

// serveFile is the upload endpoint: PUT with the session header.
func (v *vcenter) serveFile(w http.ResponseWriter, r *http.Request) {
	if !v.authenticated(sessionID(r)) {
		unauthenticated(w)
		return
	}
	if r.Method != http.MethodPut {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	parts := strings.Split(r.URL.Path, "/")
	var file *updateFile
	v.updates.mu.Lock()
	for _, s := range v.updates.sessions {
		for _, f := range s.files {
			if len(parts) == 5 && f.token == parts[3] && s.state == "ACTIVE" {
				file = f
			}
		}
	}
	if file != nil {
		file.status = "TRANSFERRING"
	}
	v.updates.mu.Unlock()
	if file == nil {
		notFound(w, "The upload")
		return
	}
	if order := v.faults.next("LibraryUpload"); order != nil && order.Fault != "" {
		serviceError(w, http.StatusInternalServerError, "ERROR", "com.vmware.vapi.std.error", order.Message)
		return
	}
	target, err := os.Create(file.path)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	defer target.Close()
	sum := checksums[file.algorithm]()
	size, err := io.Copy(io.MultiWriter(target, sum), r.Body)
	v.updates.mu.Lock()
	defer v.updates.mu.Unlock()
	file.received = size
	if err != nil {
		file.status = "WAITING_FOR_TRANSFER"
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	file.status = "READY"
	switch {
	case file.size > 0 && file.size != size:
		file.status, file.problem = "ERROR", "The size of "+file.name+" differs from the one announced."
	case file.checksum != "" && !strings.EqualFold(file.checksum, hex.EncodeToString(sum.Sum(nil))):
		file.status, file.problem = "ERROR", "The checksum of "+file.name+" differs from the one announced."
	}
}

// fillLibrary makes a library with one OVA before the server is announced.
func (v *vcenter) fillLibrary(entry libraryItem) error {
	session := v.login(v.options.username, v.options.password)
	defer v.rest(session, http.MethodDelete, "/cis/session", nil, nil)
	var library string
	for _, row := range v.libraries(session) {
		if row.text("name") == entry.library {
			library = row.text("id")
		}
	}
	if library == "" {
		store := sorted(v.registry.All("Datastore"))[0].Reference().Value
		status := v.rest(session, http.MethodPost, "/content/local-library", fields{"create_spec": fields{
			"name": entry.library, "type": "LOCAL",
			"storage_backings": []fields{{"type": "DATASTORE", "datastore_id": store}}}}, &library)
		if status != http.StatusOK {
			return errStatus(status)
		}
	}
	if entry.ova == "" {
		return nil
	}
	var item string
	status := v.rest(session, http.MethodPost, "/content/library/item", fields{"create_spec": fields{
		"name": entry.itemName(), "library_id": library, "type": "ovf"}}, &item)
	if status == http.StatusOK {
		status = v.store(session, item, entry.itemName()+".ova", entry.ova)
	}
	if status != http.StatusOK {
		return errStatus(status)
	}
	return nil
}
