variable "bucket" {
  description = "The name of the bucket for dumps."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.bucket))
    error_message = "A bucket name has 3 to 63 lowercase letters, digits, dots and hyphens."
  }
}

variable "prefix" {
  description = "The folder of the dumps in their bucket, as in s3://BUCKET/PREFIX. Empty: the bucket itself."
  type        = string
  default     = ""

  validation {
    condition     = var.prefix == trim(var.prefix, "/") && length(regexall("[*?]", var.prefix)) == 0
    error_message = "Write the folder without a slash at its start and end, and without * and ?."
  }
}

variable "masked_bucket" {
  description = "The name of the bucket for masked dumps. null: no masked dumps."
  type        = string
  default     = null

  validation {
    condition     = var.masked_bucket == null || can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.masked_bucket))
    error_message = "A bucket name has 3 to 63 lowercase letters, digits, dots and hyphens."
  }
}

variable "masked_prefix" {
  description = "The folder of the masked dumps in their bucket. Empty: the bucket itself."
  type        = string
  default     = ""

  validation {
    condition     = var.masked_prefix == trim(var.masked_prefix, "/") && length(regexall("[*?]", var.masked_prefix)) == 0
    error_message = "Write the folder without a slash at its start and end, and without * and ?."
  }
}

variable "object_lock" {
  description = "How long Object Lock keeps each version in both buckets. GOVERNANCE can be bypassed with a special permission; COMPLIANCE cannot be bypassed, not even by the root user. null: no Object Lock. Object Lock can be chosen only when a bucket is created."
  type = object({
    mode = string
    days = number
  })
  default = null

  validation {
    condition     = var.object_lock == null ? true : contains(["GOVERNANCE", "COMPLIANCE"], var.object_lock.mode) && var.object_lock.days >= 1
    error_message = "mode is GOVERNANCE or COMPLIANCE, and days is at least 1."
  }
}

variable "noncurrent_days" {
  description = "Days after which S3 deletes versions that were pruned or overwritten."
  type        = number
  default     = 30

  validation {
    condition     = var.noncurrent_days >= 1
    error_message = "noncurrent_days is at least 1."
  }
}

variable "upload_days" {
  description = "Days after which S3 aborts uploads that a killed backup left open."
  type        = number
  default     = 1

  validation {
    condition     = var.upload_days >= 1
    error_message = "upload_days is at least 1."
  }
}

variable "kms_key_arn" {
  description = "The KMS key that encrypts both buckets. null: S3's own keys (SSE-S3)."
  type        = string
  default     = null
}

variable "role_prefix" {
  description = "The start of the roles' names."
  type        = string
  default     = "hectl"
}

variable "principals" {
  description = "Who may assume each role (backup, fetch, fetch-masked, prune), as in { backup = { Service = [\"ec2.amazonaws.com\"] } }. A role that is not listed can be assumed by everyone in the account whose own policy allows it."
  type        = map(map(list(string)))
  default     = {}

  validation {
    condition     = length(setsubtract(keys(var.principals), ["backup", "fetch", "fetch-masked", "prune"])) == 0
    error_message = "The roles are backup, fetch, fetch-masked and prune."
  }
}

variable "trust_policies" {
  description = "Whole trust policies (JSON) in place of principals, for roles that need conditions, such as those of GitHub Actions and Kubernetes (OIDC)."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setsubtract(keys(var.trust_policies), ["backup", "fetch", "fetch-masked", "prune"])) == 0
    error_message = "The roles are backup, fetch, fetch-masked and prune."
  }
}

variable "rds_resource_id" {
  description = "The resource ID of the RDS instance (db-…) or Aurora cluster (cluster-…) that hectl backup --iam-auth signs in to. null: no sign-in with IAM."
  type        = string
  default     = null
}

variable "rds_user" {
  description = "The database user that hectl backup --iam-auth signs in as."
  type        = string
  default     = "backup"
}

variable "tags" {
  description = "Tags of the buckets and roles."
  type        = map(string)
  default     = {}
}
