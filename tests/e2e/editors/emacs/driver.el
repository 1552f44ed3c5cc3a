;;; driver.el --- Runs a script in an Emacs with a user at the keys -*- lexical-binding: t; -*-

;; Writes what `t-script' returns into a file.  A script waits on conditions
;; only, and meanwhile Emacs reads keys, redraws and counts idle time as ever.

(require 'package)
(add-to-list 'package-directory-list "/usr/share/emacs/site-lisp/elpa")
(package-initialize)

(defvar t-job (with-temp-buffer
                (insert-file-contents (getenv "EDITOR_JOB"))
                (json-parse-buffer :object-type 'plist)))
(defvar t-values (plist-get t-job :values))

(setq inhibit-startup-screen t
      make-backup-files nil auto-save-default nil create-lockfiles nil
      use-dialog-box nil ring-bell-function #'ignore
      confirm-kill-processes nil kill-emacs-query-functions nil)
(add-to-list 'load-path (plist-get t-job :client))
(require 'inhouse)
(setq inhouse-command (list (plist-get t-job :server) "serve"))

(defvar t-patience 20 "Seconds until something has been waited for in vain.")
(defconst t-often 0.01 "Seconds between two looks.")

(defun t-until (what condition)
  "Let Emacs live until CONDITION has a value, which is returned.
WHAT says for whom it fails what was waited for."
  (let ((deadline (+ (float-time) t-patience)) value timer)
    (setq timer (run-with-timer
                 0 t-often
                 (lambda ()
                   (when (or (setq value (funcall condition))
                             (< deadline (float-time)))
                     (cancel-timer timer)
                     (exit-recursive-edit)))))
    (recursive-edit)
    (or value (error "Waited in vain for %s\n%s" what (t-text)))))

(defun t-text (&optional buffer)
  "All of BUFFER, or of the current one."
  (with-current-buffer (or buffer (current-buffer))
    (buffer-substring-no-properties (point-min) (point-max))))

(defun t-has (regexp)
  "Whether REGEXP is in the current buffer."
  (string-match-p regexp (t-text)))

(defun t-keys (keys)
  "Type KEYS, in the words of `kbd', and wait until they have done their work."
  (let ((done nil))
    (setq unread-command-events
          (append (listify-key-sequence (kbd keys)) nil))
    (t-until (format "the keys %s" keys)
             (lambda () (prog1 done (setq done (not (input-pending-p))))))))

(defun t-choose (wanted)
  "Answer each question with the first choice that has WANTED in it."
  (fset 'completing-read
        (lambda (_prompt choices &rest _)
          (let ((titles (mapcar (lambda (each) (if (consp each) (car each) each))
                                choices)))
            (or (seq-find (lambda (each) (string-match-p wanted each)) titles)
                (error "No %S among %S" wanted titles))))))

(defun t-open (path)
  "Visit a file of the workspace."
  (switch-to-buffer (find-file-noselect path)))

(defun t-finish (value failure)
  "Write VALUE and FAILURE down, and leave."
  (ignore-errors (inhouse-shutdown))
  (with-temp-file (plist-get t-job :result)
    (insert (json-serialize (list :value value :error failure
                                  :messages (t-text (messages-buffer)))
                            :null-object nil :false-object :false)))
  (kill-emacs))

(defun t-run ()
  "Run the script."
  (load (plist-get t-job :script) nil t)
  (let (value failure)
    (condition-case problem
        (setq value (funcall 't-script))
      ((error quit) (setq failure (format "%S" problem))))
    (t-finish value failure)))

(add-hook 'window-setup-hook #'t-run)
;;; driver.el ends here
