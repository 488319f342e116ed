# The policies of docs/reference/iam.md. A test compares them action by action and
# resource by resource.

locals {
  # The ARNs of each bucket and of its dumps and manifests.
  places = { for key, bucket in local.buckets : key => {
    bucket = "arn:${data.aws_partition.current.partition}:s3:::${bucket.name}"
    objects = [for folder in ["backups", "manifests"] :
      "arn:${data.aws_partition.current.partition}:s3:::${join("/", compact([bucket.name, bucket.prefix, folder]))}/*"
    ]
  } }

  write = { for key, place in local.places : key => [
    {
      Effect   = "Allow"
      Action   = ["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
      Resource = place.objects
    },
    {
      Effect   = "Allow"
      Action   = ["s3:ListBucket"]
      Resource = [place.bucket]
    },
  ] }

  read = { for key, place in local.places : key => [
    {
      Effect   = "Allow"
      Action   = ["s3:GetObject"]
      Resource = place.objects
    },
    {
      Effect   = "Allow"
      Action   = ["s3:ListBucket"]
      Resource = [place.bucket]
    },
  ] }

  delete = { for key, place in local.places : key => [
    {
      Effect   = "Allow"
      Action   = ["s3:DeleteObject", "s3:AbortMultipartUpload"]
      Resource = place.objects
    },
    {
      Effect   = "Allow"
      Action   = ["s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:GetLifecycleConfiguration"]
      Resource = [place.bucket]
    },
  ] }

  # The settings that hectl doctor and hectl status check. These permissions are optional.
  settings = [{
    Effect   = "Allow"
    Action   = ["s3:GetLifecycleConfiguration", "s3:GetBucketVersioning", "s3:GetBucketObjectLockConfiguration", "s3:GetBucketPublicAccessBlock"]
    Resource = [local.places.dumps.bucket]
  }]

  key = { for name, actions in {
    write = ["kms:GenerateDataKey", "kms:Decrypt"]
    read  = ["kms:Decrypt"]
    } : name => [for arn in compact([var.kms_key_arn]) : {
      Effect   = "Allow"
      Action   = actions
      Resource = [arn]
  }] }

  # One role for each key in docs/security.md. No role can both write and delete.
  statements = { for role, statements in {
    backup       = concat(flatten(values(local.write)), local.settings, local.key.write)
    fetch        = concat(local.read.dumps, local.settings, local.key.read)
    fetch-masked = [for statement in concat(lookup(local.read, "masked", []), local.key.read) : statement if var.masked_bucket != null]
    prune        = flatten(values(local.delete))
  } : role => statements if length(statements) > 0 }

  policies = { for role, statements in local.statements : role => jsonencode({
    Version   = "2012-10-17"
    Statement = statements
  }) }

  everyone = { AWS = ["arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"] }
}

resource "aws_iam_role" "role" {
  for_each = local.policies

  name = "${var.role_prefix}-${each.key}"
  assume_role_policy = lookup(var.trust_policies, each.key, jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = lookup(var.principals, each.key, local.everyone)
    }]
  }))
  tags = var.tags
}

resource "aws_iam_role_policy" "role" {
  for_each = local.policies

  name   = "hectl"
  role   = aws_iam_role.role[each.key].id
  policy = each.value
}

# For a server on EC2.
resource "aws_iam_instance_profile" "backup" {
  name = aws_iam_role.role["backup"].name
  role = aws_iam_role.role["backup"].name
  tags = var.tags
}

# hectl backup --iam-auth: see docs/rds.md.
resource "aws_iam_role_policy" "rds" {
  count = var.rds_resource_id == null ? 0 : 1

  name = "hectl-rds"
  role = aws_iam_role.role["backup"].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["rds-db:connect"]
      Resource = ["arn:${data.aws_partition.current.partition}:rds-db:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:dbuser:${var.rds_resource_id}/${var.rds_user}"]
    }]
  })
}
