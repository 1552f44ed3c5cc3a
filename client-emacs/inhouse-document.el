;;; inhouse-document.el --- Buffers that the Inhouse server knows -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: Apache-2.0

;;; Commentary:

;; Keeps the server's copy of a buffer in step, from its first use on, and
;; applies the server's edits.

;;; Code:

(require 'inhouse-connection)
(require 'url-parse)

(defconst inhouse--flush-seconds 0.2
  "How long a change may wait when nothing is asked for.")

(defvar-local inhouse--opened nil
  "The URI under which the server has this buffer, or nil.")
(defvar-local inhouse--version 0 "How often this buffer has changed.")
(defvar-local inhouse--changes nil
  "Changes that the server has not been told, newest first.")
(defvar-local inhouse--before nil "The change that is about to happen.")
(defvar-local inhouse--timer nil "Tells the changes when nothing is asked for.")

;;;; Names and places

(defun inhouse--uri ()
  "The URI of this buffer; one without a file is an untitled one."
  (if buffer-file-name
      (inhouse--file-uri buffer-file-truename)
    (concat "untitled:" (url-hexify-string (buffer-name)))))

(defun inhouse--language ()
  "The language id of this buffer, by its mode."
  (let ((name (replace-regexp-in-string "\\(-ts\\)?-mode\\'" ""
                                        (symbol-name major-mode))))
    (pcase name
      ("js" "javascript")
      ("tsx" "typescriptreact")
      ((or "sh" "bash") "shellscript")
      ("c++" "cpp")
      ("gfm" "markdown")
      ("text" "plaintext")
      (_ (if (equal (file-name-extension (or buffer-file-name "")) "ts")
             "typescript"
           name)))))

(defun inhouse--position (where)
  "WHERE in this buffer as the server counts: in characters, as Emacs does."
  (save-excursion
    (save-restriction
      (widen)
      (goto-char where)
      (list :line (1- (line-number-at-pos nil t))
            :character (- where (line-beginning-position))))))

(defun inhouse--range (start end)
  "From START to END in this buffer as the server counts."
  (list :start (inhouse--position start) :end (inhouse--position end)))

(defun inhouse--point (position)
  "The place in this buffer of the server's POSITION."
  (save-excursion
    (save-restriction
      (widen)
      (goto-char (point-min))
      (if (< 0 (forward-line (plist-get position :line)))
          (point-max)
        (min (line-end-position)
             (+ (point) (plist-get position :character)))))))

(defun inhouse--document ()
  "This buffer as a request names it."
  (list :uri (inhouse--uri)))

(defun inhouse--text (start end)
  "The text from START to END, whatever is narrowed."
  (save-restriction
    (widen)
    (buffer-substring-no-properties start end)))

(defun inhouse--whole-text ()
  "All of this buffer."
  (inhouse--text 1 (1+ (buffer-size))))

;;;; The server's copy

(defun inhouse-sync ()
  "Make sure that the server has this buffer as it is."
  (when (file-remote-p default-directory)
    (user-error "Inhouse runs on this machine, and knows no remote files"))
  (inhouse--connect)
  (unless (equal inhouse--opened (inhouse--uri)) ; it may have got a file
    (inhouse--close)
    (inhouse--open)
    (add-hook 'before-change-functions #'inhouse--before-change nil t)
    (add-hook 'after-change-functions #'inhouse--after-change nil t)
    (dolist (hook '(kill-buffer-hook before-revert-hook change-major-mode-hook))
      (add-hook hook #'inhouse--close nil t)))
  (inhouse--flush))

(defun inhouse--open ()
  "Give this buffer to the server."
  (inhouse--add-folder)
  (setq inhouse--opened (inhouse--uri)
        inhouse--changes nil)
  (inhouse-notify :textDocument/didOpen
                  (list :textDocument
                        (list :uri inhouse--opened
                              :languageId (inhouse--language)
                              :version inhouse--version
                              :text (inhouse--whole-text)))))

(defun inhouse--close ()
  "Take this buffer from the server."
  (when inhouse--opened
    (inhouse-notify :textDocument/didClose
                    (list :textDocument (list :uri inhouse--opened)))
    (setq inhouse--opened nil)
    (remove-hook 'before-change-functions #'inhouse--before-change t)
    (remove-hook 'after-change-functions #'inhouse--after-change t)))

(defun inhouse--open-all ()
  "Give a new server all buffers that the last one had."
  (dolist (buffer (buffer-list))
    (with-current-buffer buffer
      (when inhouse--opened (inhouse--open)))))

(add-hook 'inhouse-connected-hook #'inhouse--open-all)

(defun inhouse--before-change (start end)
  "Note the server's names of START and END, which are about to change."
  (setq inhouse--before (list start end (inhouse--range start end))))

(defun inhouse--after-change (start end length)
  "Note that the text from START to END has replaced LENGTH characters.
Note all of the text where `before-change-functions' heard something else."
  (setq inhouse--changes
        (pcase inhouse--before
          (`(,(pred (= start)) ,(pred (= (+ start length))) ,range)
           (cons (list :range range :text (inhouse--text start end))
                 inhouse--changes))
          (_ (list (list :text (inhouse--whole-text)))))
        inhouse--before nil
        inhouse--version (1+ inhouse--version))
  (unless inhouse--timer
    (setq inhouse--timer
          (run-with-timer inhouse--flush-seconds nil
                          #'inhouse--flush-buffer (current-buffer)))))

(defun inhouse--flush-buffer (buffer)
  "Tell what is new in BUFFER, if it is still there."
  (when (buffer-live-p buffer)
    (with-current-buffer buffer (inhouse--flush))))

(defun inhouse--flush ()
  "Tell the server what is new in this buffer."
  (when inhouse--timer
    (cancel-timer inhouse--timer)
    (setq inhouse--timer nil))
  (when (and inhouse--opened inhouse--changes)
    (inhouse-notify :textDocument/didChange
                    (list :textDocument
                          (list :uri inhouse--opened :version inhouse--version)
                          :contentChanges
                          (vconcat (reverse inhouse--changes))))
    (setq inhouse--changes nil)))

;;;; The server's edits

(cl-defmethod inhouse-answer ((_ (eql 'window/showDocument)) params)
  "Show the document that PARAMS name, at its selection if there is one."
  (let ((selection (plist-get params :selection)))
    (pop-to-buffer (inhouse--find (plist-get params :uri)))
    (when selection
      (goto-char (inhouse--point (plist-get selection :start))))
    '(:success t)))

(cl-defmethod inhouse-answer ((_ (eql 'workspace/applyEdit)) params)
  "Apply the edit in PARAMS whole or not at all, as one undo step a buffer."
  (let* ((changes (append (plist-get (plist-get params :edit) :documentChanges)
                          nil))
         (stale (seq-find #'inhouse--stale-p changes)))
    (if stale
        (list :applied :json-false
              :failureReason (format "%s has changed meanwhile"
                                     (inhouse--changed-uri stale)))
      (mapc #'inhouse--apply changes)
      '(:applied t))))

(defun inhouse--find (uri)
  "The buffer of URI; a file is visited if need be."
  (if (string-prefix-p "file:" uri)
      (let ((path (url-filename (url-generic-parse-url uri))))
        (find-file-noselect
         (url-unhex-string (if (eq system-type 'windows-nt)
                               (substring path 1)
                             path)
                           t)))
    (get-buffer-create
     (url-unhex-string (string-remove-prefix "untitled:" uri) t))))

(defun inhouse--changed-uri (change)
  "The URI of the document that CHANGE is about."
  (plist-get (plist-get change :textDocument) :uri))

(defun inhouse--stale-p (change)
  "Whether CHANGE speaks of another version than its buffer has."
  (when-let ((version (plist-get (plist-get change :textDocument) :version)))
    (with-current-buffer (inhouse--find (inhouse--changed-uri change))
      (not (and inhouse--opened (= version inhouse--version))))))

(defun inhouse--apply (change)
  "Apply CHANGE.  A new file is not on the disk until it is saved."
  (unless (equal (plist-get change :kind) "create")
    (with-current-buffer (inhouse--find (inhouse--changed-uri change))
      (inhouse--apply-edits (plist-get change :edits))
      (unless (get-buffer-window nil t)
        (display-buffer (current-buffer))))))

(defun inhouse--apply-edits (edits)
  "Apply EDITS, all of which speak of this buffer as it is now."
  (undo-boundary)
  (atomic-change-group
    (let ((group (prepare-change-group)))
      (pcase-dolist (`(,start ,end ,text)
                     (nreverse (mapcar #'inhouse--edit-marks edits)))
        (save-excursion
          (save-restriction
            (widen)
            (goto-char start)
            (delete-region start end)
            (insert text))))
      (undo-amalgamate-change-group group)))
  (undo-boundary))

(defun inhouse--edit-marks (edit)
  "The two ends of EDIT, as markers, and its text."
  (let ((range (plist-get edit :range)))
    (list (copy-marker (inhouse--point (plist-get range :start)))
          (copy-marker (inhouse--point (plist-get range :end)))
          (plist-get edit :newText))))

(provide 'inhouse-document)
;;; inhouse-document.el ends here
