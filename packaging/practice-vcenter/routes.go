package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// routes is all that is served: what this program adds, and upstream for the
// rest.
func (v *vcenter) routes() http.Handler {
	control, api := v.control(), v.api()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.Path
		switch {
		case strings.HasPrefix(path, "/practice/"):
			if v.options.control {
				control.ServeHTTP(w, r)
			} else {
				http.NotFound(w, r)
			}
		case strings.HasPrefix(path, "/nfc/"):
			v.serveUpload(w, r)
		case path == "/pbm/sdk":
			// The storage policy service of a real vCenter is at /pbm/sdk.
			r.URL.Path = "/pbm"
			v.upstream.ServeHTTP(w, r)
		case v.options.direct && (strings.HasPrefix(path, "/api") || strings.HasPrefix(path, "/rest")):
			http.NotFound(w, r)
		case path == "/api", v.options.noAPI && strings.HasPrefix(path, "/api/"):
			// Upstream's JSON-RPC at /api lets everybody in.
			http.NotFound(w, r)
		case strings.HasPrefix(path, "/api/"):
			api.ServeHTTP(w, r)
		case strings.HasPrefix(path, "/cls/data/"):
			v.serveFile(w, r)
		case strings.HasPrefix(path, restPath):
			v.serveRest(w, r)
		default:
			v.upstream.ServeHTTP(w, r)
		}
	})
}

const restPath = "/rest/com/vmware"

// serveRest is upstream's older dialect, except for what it gets wrong: token
// login without a check, and the OVF calls.
func (v *vcenter) serveRest(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, restPath)
	if strings.HasPrefix(r.Header.Get("Authorization"), "SIGN ") {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if path == "/cis/session" && r.Method == http.MethodPost && r.URL.Query().Get("~action") == "" {
		rec := newRecorder()
		v.upstream.ServeHTTP(rec, r)
		var answer struct {
			Value string `json:"value"`
		}
		if json.Unmarshal(rec.body.Bytes(), &answer) == nil && answer.Value != "" {
			v.sessions.add(answer.Value)
		}
		rec.copyTo(w)
		return
	}
	id, isItem := strings.CutPrefix(path, "/vcenter/ovf/library-item/id:")
	action := r.URL.Query().Get("~action")
	if isItem && r.Method == http.MethodPost && (action == "filter" || action == "deploy") {
		session := sessionID(r)
		if !v.authenticated(session) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		v.serveItem(restDialect{w}, r, session, id, action)
		return
	}
	v.upstream.ServeHTTP(w, r)
}

// recorder holds an answer of upstream.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func newRecorder() *recorder { return &recorder{header: make(http.Header), status: http.StatusOK} }

func (r *recorder) Header() http.Header            { return r.header }
func (r *recorder) WriteHeader(status int)         { r.status = status }
func (r *recorder) Write(data []byte) (int, error) { return r.body.Write(data) }

func (r *recorder) copyTo(w http.ResponseWriter) {
	for name, values := range r.header {
		w.Header()[name] = values
	}
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body.Bytes())
}

// rest asks upstream's older dialect in process; answer may be nil.
func (v *vcenter) rest(session, method, path string, body, answer any) int {
	var source io.Reader
	switch b := body.(type) {
	case nil:
	case io.Reader:
		source = b
	default:
		data, err := json.Marshal(b)
		if err != nil {
			return http.StatusInternalServerError
		}
		source = bytes.NewReader(data)
	}
	req, err := http.NewRequest(method, restPath+path, source)
	if err != nil {
		return http.StatusInternalServerError
	}
	req.Header.Set(sessionHeader, session)
	return v.do(req, answer)
}

func (v *vcenter) do(req *http.Request, answer any) int {
	rec := newRecorder()
	v.upstream.ServeHTTP(rec, req)
	if answer != nil && rec.status == http.StatusOK {
		wrapped := struct {
			Value any `json:"value"`
		}{answer}
		if json.Unmarshal(rec.body.Bytes(), &wrapped) != nil {
			return http.StatusInternalServerError
		}
	}
	return rec.status
}
